"""The package's front page: quick to import, and all that it names is there."""

import os
import pydoc
import subprocess
import sys
from dataclasses import fields

import pytest
from conftest import ROOT

import imaginet_pt as im

SECONDS = 0.2
HEAVY = {"pytensor", "numpy", "pandas", "scipy", "gensim", "matplotlib", "tqdm"}


def in_a_new_process(program: str, env: dict[str, str] | None = None) -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return done.stdout


def test_importing_takes_no_time_and_loads_no_library():
    program = (
        "import sys, time; start = time.process_time(); import imaginet_pt; "
        "print(time.process_time() - start, *{name.partition('.')[0] for name in sys.modules})"
    )
    runs = [in_a_new_process(program).split() for _ in range(3)]
    assert not HEAVY & set(runs[0][1:])
    assert min(float(seconds) for seconds, *_ in runs) < SECONDS


def test_threads_are_told_to_wait_quietly_unless_the_user_says_how():
    program = "import os, imaginet_pt; print(os.environ['OPENBLAS_THREAD_TIMEOUT'])"
    unset = {name: value for name, value in os.environ.items() if name not in im.THREAD_WAITING}
    for said, read in [({}, "16"), ({"OPENBLAS_THREAD_TIMEOUT": "20"}, "20")]:
        assert in_a_new_process(program, unset | said).strip() == read


def test_data_are_read_without_pytensor():
    program = (
        "import sys, imaginet_pt; imaginet_pt.scenes(train=3, val=2); imaginet_pt.UserError; "
        "print('pytensor' in sys.modules)"
    )
    assert in_a_new_process(program) == "False\n"


@pytest.mark.parametrize("name", im.__all__)
def test_each_name_is_there_and_explained(name):
    assert name in dir(im)
    assert getattr(im, name).__doc__
    assert getattr(im, name).__module__.startswith("imaginet_pt.")


def test_names_have_one_module_each():
    assert set(im.__all__) == set(im._MODULES)


def test_another_name_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = im.nothing
    assert not hasattr(im, "nothing")


def test_the_version_is_the_installed_one():
    assert im.__version__[0].isdigit()
    assert "__version__" in dir(im)


def test_help_reads_like_a_manual():
    text = pydoc.render_doc(im, renderer=pydoc.plaintext)
    for name in ("train(", "load_workflow(", "class Workflow", "neighbors", "surprisal"):
        assert name in text
    assert len(im.__doc__.splitlines()) < 45


def test_help_explains_each_setting():
    text = " ".join(
        pydoc.render_doc(im.Settings, renderer=pydoc.plaintext).replace("|", "").split()
    )
    for f in fields(im.Settings):
        assert f"{f.name}: {f.metadata['help']} (" in text
    assert "(at least 1; default 8, paper section 4)" in text
