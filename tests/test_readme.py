"""Every command and Python block of the README, and of pages that it links to, works.

They are run in order, on small data, each command once.
"""

import re

import pytest
from documented import ROOT, quick, run, write_files

INSTALL = "python3 -m venv .venv && .venv/bin/pip install"
# Commands that are not run here -> why.
EXCEPTED = {
    f"{INSTALL} -q -e . && .venv/bin/python replicate/table1.py": "installs all libraries; the "
    "script is run by test_scripts.py",
    f"{INSTALL} -q -e '.[test]' && .venv/bin/python -m pytest --slow": "installs all "
    "libraries and runs these very tests; it is what the continuous integration runs",
    ".venv/bin/imaginet explore runs/scenes-demo/models/*seed1* --data scenes "
    "--out explore.html": "needs the runs of the first command; run by explorer/test_parts.py",
    '.venv/bin/imaginet compare data/trained/MULTITASK "a dog chases a boy" '
    '"a boy chases a dog"': "needs the networks of a clone; run by test_trained_runs.py",
    "python -m imaginet_pt data get flickr8k": "needs the network; run by test_catalog.py",
    "python -m imaginet_pt data features IMAGES DIR --weights FILE": "needs PyTorch and 500 MB of "
    "weights; run by test_vgg16.py",
    "sh replicate/paper_size.sh DIR OUT --men men3k.tsv --images IMAGES --workers 2": "takes hours"
    "; run with few units by replication/test_paper_size.py",
    "python replicate/run_all.py --data DIR --seeds 5 --cluster slurm": "needs Slurm; run with "
    "stand-ins of its programs by test_jobs.py",
}
# What stands in the README -> what is run in its place: fewer seeds and units.
INSTEAD = {
    "--men MEN_dataset_natural_form_full": "--pairs OWN=MEN_dataset_natural_form_full",
    "python replicate/table1.py": "python replicate/table1.py --seeds 1",
    "--model-type shared_embeddings --alpha 0.1": "--model-type shared_embeddings --alpha 0.1 "
    "--hidden-size 4 --embedding-size 4 --word-freq-threshold 1",
}
MENTIONED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text):
    """(language, content) of each fenced block."""
    return MENTIONED.findall(text)


def commands(content):
    """The lines of a block of commands, without those that are excepted."""
    lines = content.replace("\\\n", " ").splitlines()
    return [line for line in lines if line and line not in EXCEPTED]


def small(line):
    for written, taken in INSTEAD.items():
        line = line.replace(written, taken)
    return line


def run_block(language, content):
    if language == "python":
        exec(compile(content, "README.md", "exec"), {})
    elif language in ("", "sh"):
        for line in commands(content):
            run(small(line))
    else:
        raise AssertionError(f"a block of {language!r} that nothing here can run")


def distinct(found):
    """The blocks, each line of commands only where it stands first."""
    done = set()
    for language, content in found:
        lines = content.replace("\\\n", " ").splitlines()
        if language != "python":
            lines = [line for line in lines if line not in done]
            done |= set(lines)
        yield language, "\n".join(lines) + "\n"


PAGES = ["README.md", "docs/command-line.md", "docs/exchange.md", "docs/results.md"]
TEXT = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)


def test_every_block(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    found = blocks(TEXT)
    assert {language for language, _ in found} == {"sh", "", "python"}
    with quick():
        for language, content in distinct(found):
            run_block(language, content)
    assert (tmp_path / "RUN/model-card.md").exists() and (tmp_path / "runs/mine/table1.md").exists()
    assert (tmp_path / "embeddings.txt").stat().st_size and (tmp_path / "images.csv").stat().st_size


def test_the_commands_on_scaling_are_among_those():
    text = (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    lines = [line for _, content in blocks(text) for line in content.splitlines()]
    assert len(lines) == 7 and all(line in TEXT for line in lines if "train ..." not in line)


@pytest.mark.parametrize("what", [*EXCEPTED, *INSTEAD])
def test_what_is_not_run_as_it_stands_is_in_the_readme(what):
    assert what in TEXT


@pytest.mark.parametrize(
    "language, content",
    [
        ("", "make coffee\n"),
        ("", "python -m imaginet_pt nothing\n"),
        ("", "python -m imaginet_pt project nowhere\n"),
        ("python", "import nothing_of_the_kind\n"),
        ("yaml", "a: b\n"),
    ],
)
def test_a_block_that_does_not_work_is_found(language, content):
    with pytest.raises((AssertionError, ImportError)):
        run_block(language, content)
