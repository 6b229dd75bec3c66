"""CSV tables come back, and what is no table is refused in one line."""

import os

import pytest

from imaginet_pt.errors import UserError
from imaginet_pt.files.tables import read_table, write_table


def test_a_table_comes_back(tmp_path):
    write_table(tmp_path / "x.csv", ["a", "b"], [(1, 0.5), (2, "x, y")])
    assert (tmp_path / "x.csv").read_bytes() == b'a,b\n1,0.5\n2,"x, y"\n'
    write_table(tmp_path / "y.csv", ["a", "b"], [(1, 0.5), (2, 1e-9)])
    table = read_table(tmp_path / "y.csv", ["a", "b"])
    assert table.to_dict("list") == {"a": [1, 2], "b": [0.5, 1e-9]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\0",
        b'a,b\n"1,2\n',
        b"a,b\n1,2\n1,2,3,4\n",
        b"a,b\n1,x\n",
        b"a,b\n1,nan\n",
        b"a,c\n1,2\n",
        b"a,b" + b",c" * 1_000_000 + b"\n",
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(UserError, match="cannot read .*x.csv.*; train the run again"):
        print(read_table(tmp_path / "x.csv", ["a", "b"]))


def test_a_table_of_epochs_has_as_many_rows_as_epochs(tmp_path):
    write_table(tmp_path / "x.csv", ["a"], [(1,), (2,), (3,)])
    assert len(read_table(tmp_path / "x.csv", ["a"], rows=3)) == 3
    with pytest.raises(UserError, match="more than 2 rows; train the run again"):
        read_table(tmp_path / "x.csv", ["a"], rows=2)


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    with pytest.raises(UserError, match="a named pipe"):
        read_table(tmp_path / "x.csv", ["a"])
