"""Options that take a file or a folder, as command lines in which it is a wrong thing."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hostile import export_files, run_files
from PIL import Image

# Things of `wrong_things.THINGS` that are not wrong in some places.
NOT_THERE = frozenset({"missing", "link to nothing", "link to itself"})
FOLDERS = {"folder", "missing", "link to nothing"}  # what does where a folder is to be made
PICTURES = frozenset({"folder", "folder of wrong things"})  # pages do without pictures
PAGES = frozenset({"missing", "empty", "text", "binary", "huge", "unreadable"})  # are replaced
LINES = frozenset({"text", "binary"})  # may be words or captions


class Option(NamedTuple):
    """words(wrong, folder): the command line; but: things that are not wrong there."""

    words: Callable[[Path, Path], list]
    but: frozenset[str] = frozenset()


RUN, GOOD = run_files.RUN.folder, run_files.RUN.folder.parent / "data"
EXPORTED = export_files.FOLDER
TRAIN = ["train", "--hidden-size", 4, "--iterations", 1, "--quiet"]


def in_folder(name, words, base=None):
    """A command on a folder in which the file `name` is the wrong thing."""

    def build(wrong, place):
        shutil.copytree(base or RUN, place / "copy")
        (place / "copy" / name).unlink(missing_ok=True)
        if os.path.lexists(wrong):
            os.rename(wrong, place / "copy" / name)
        return words(place / "copy", place)

    return build


def _table(place):
    path = place / "captions.csv"
    path.write_text("image,caption\na.jpg,A dog.\n")
    return path


def evaluate(data, place):
    return ["evaluate", RUN, "--data", data, "--out", place / "out"]


def resume(run, place):
    return ["train", "--resume", run, "--quiet"]


def report(run, place):
    return ["report", run, "--data", GOOD, "--out", place / "out.html", "--quiet"]


def export(run, place):
    return ["export", run, "--what", "embeddings", "--iteration", 2]


def export_model(run, out, *options):
    return ["export", run, "--what", "model", "--out", out, "--quiet", *options]


def omission(wrong, place):
    """The wrong thing is the figure, under a figure's name."""
    if os.path.lexists(wrong):
        os.rename(wrong, place / "bars.png")
    return ["omission", RUN, "a dog", "--png", place / "bars.png"]


def script(name, option):
    """A script with the wrong thing as one of its options."""

    def build(wrong, place):
        given = {"--data": GOOD, "--out": place / "out"} | {option: wrong}
        return ["replicate", name, "--quiet", *(word for pair in given.items() for word in pair)]

    return build


def features(option):
    """`data features` with the wrong thing as its folder of pictures or its weights."""

    def build(wrong, place):
        (place / "data").mkdir()
        (place / "data/dataset.json").write_text('{"images": [{"imgid": 0, "filename": "a.png"}]}')
        Image.new("RGB", (9, 9)).save(place / "a.png")
        given = {"IMAGES": place, "--weights": place / "none.pth"} | {option: wrong}
        pictures = given.pop("IMAGES")
        return ["data", "features", pictures, place / "data", *next(iter(given.items()))]

    return build


OPTIONS = {
    "train --data": Option(lambda w, p: [*TRAIN, "--data", w, "--out", p / "out"]),
    "train --out": Option(
        lambda w, p: [*TRAIN, "--data", GOOD, "--out", w],
        frozenset(FOLDERS | {"folder of wrong things"}),
    ),
    "train --resume": Option(lambda w, p: ["train", "--data", GOOD, "--resume", w]),
    "train --init-tokenizer": Option(
        lambda w, p: [*TRAIN, "--data", GOOD, "--out", p / "out", "--init-tokenizer", w]
    ),
    "train --init-weights": Option(
        lambda w, p: [*TRAIN, "--data", GOOD, "--out", p / "out", "--init-weights", w]
    ),
    "evaluate RUN": Option(lambda w, p: ["evaluate", w, "--data", GOOD, "--out", p / "out"]),
    "evaluate --data": Option(evaluate),
    "project RUN": Option(lambda w, p: ["project", w, "a dog"]),
    "export RUN": Option(export),
    "export --out": Option(
        lambda w, p: export_model(RUN, w), frozenset(FOLDERS | {"folder of wrong things"})
    ),
    "export --evaluation": Option(lambda w, p: export_model(RUN, p / "out", "--evaluation", w)),
    "neighbors RUN": Option(lambda w, p: ["neighbors", w, "--data", GOOD, "a dog"]),
    "neighbors --data": Option(lambda w, p: ["neighbors", RUN, "--data", w, "a dog"]),
    "neighbors --index": Option(
        lambda w, p: ["neighbors", RUN, "--data", GOOD, "--index", w, "a dog"]
    ),
    "index RUN": Option(lambda w, p: ["index", w, "--data", GOOD, "--out", p / "out"]),
    "index --data": Option(lambda w, p: ["index", RUN, "--data", w, "--out", p / "out"]),
    "index --out": Option(
        lambda w, p: ["index", RUN, "--data", GOOD, "--out", w],
        frozenset(FOLDERS | {"folder of wrong things"}),
    ),
    "omission RUN": Option(lambda w, p: ["omission", w, "a dog"]),
    "surprisal RUN": Option(lambda w, p: ["surprisal", w, "a dog"]),
    "next-words RUN": Option(lambda w, p: ["next-words", w, "a dog"]),
    "report RUN": Option(lambda w, p: ["report", w, "--data", GOOD, "--out", p / "out.html"]),
    "report --data": Option(lambda w, p: ["report", RUN, "--data", w, "--out", p / "out.html"]),
    "report --men": Option(
        lambda w, p: ["report", RUN, "--data", GOOD, "--men", w, "--out", p / "out.html"]
    ),
    "data check": Option(lambda w, p: ["data", "check", w]),
    "data check --men": Option(lambda w, p: ["data", "check", GOOD, "--men", w]),
    "data import": Option(lambda w, p: ["data", "import", w, p / "out"]),
    "data import --features": Option(
        lambda w, p: ["data", "import", _table(p), p / "out", "--features", w]
    ),
    "data features OUT": Option(lambda w, p: ["data", "features", GOOD, w]),
    "data get --out": Option(lambda w, p: ["data", "get", "men", "--out", w],
                             frozenset(FOLDERS | {"folder of wrong things"})),
    "data check --pairs": Option(lambda w, p: ["data", "check", GOOD, "--pairs", w]),
    "data features IMAGES": Option(features("IMAGES")),
    "data features --weights": Option(features("--weights")),
    "train --zero-shot": Option(
        lambda w, p: [*TRAIN, "--data", GOOD, "--out", p / "out", "--zero-shot", w], LINES
    ),
    "compare RUN": Option(lambda w, p: ["compare", w, "a dog", "a cat"]),
    "explore RUN": Option(lambda w, p: ["explore", w, "--data", GOOD, "--out", p / "out.html"]),
    "explore --data": Option(lambda w, p: ["explore", RUN, "--data", w, "--out", p / "out.html"]),
    "explore --out": Option(lambda w, p: ["explore", RUN, "--data", GOOD, "--out", w], PAGES),
    "explore --image-folder": Option(
        lambda w, p: [
            "explore", RUN, "--data", GOOD, "--out", p / "out.html", "--image-folder", w
        ], PICTURES
    ),
    "report --out": Option(lambda w, p: ["report", RUN, "--data", GOOD, "--out", w], PAGES),
    "report --pairs": Option(
        lambda w, p: ["report", RUN, "--data", GOOD, "--pairs", w, "--out", p / "out.html"]
    ),
    "report --image-folder": Option(
        lambda w, p: [*report(RUN, p), "--image-folder", w], PICTURES
    ),
    "neighbors --out": Option(
        lambda w, p: ["neighbors", RUN, "--data", GOOD, "a dog", "--out", w], PAGES
    ),
    "omission --png": Option(omission, PAGES),
    "table1 --data": Option(script("table1", "--data")),
    "table1 --out": Option(
        script("table1", "--out"), frozenset(FOLDERS | {"folder of wrong things"})
    ),
    "table1 --men": Option(script("table1", "--men")),
    "table1 --simlex": Option(script("table1", "--simlex")),
    "table1 --pairs": Option(script("table1", "--pairs")),
    "table2 --images": Option(script("table2", "--images")),
    "table3 --captions": Option(script("table3", "--captions"), LINES),
    "figure3 --image-folder": Option(script("figure3", "--image-folder"), PICTURES),
    "kadar2017 --parser": Option(script("kadar2017", "--parser")),
    "word_learning --wordbank": Option(script("word_learning", "--wordbank")),
    "word_learning --concreteness": Option(script("word_learning", "--concreteness")),
    "convert-legacy": Option(lambda w, p: ["convert-legacy", w, p / "out"]),
    "run.json": Option(in_folder("run.json", export)),
    "vocabulary.json": Option(in_folder("vocabulary.json", export)),
    "weights": Option(in_folder("weights-2.npz", export)),
    "checkpoint": Option(in_folder("checkpoint-2-0.npz", resume)),
    "costs.csv": Option(in_folder("costs.csv", report), NOT_THERE),  # LINREG has none
    "validation.csv": Option(in_folder("validation.csv", report)),
    "exported config.json": Option(in_folder("config.json", export, EXPORTED)),
    "model.safetensors": Option(in_folder("model.safetensors", export, EXPORTED)),
    "vocabulary of a resumed run": Option(in_folder("vocabulary.json", resume)),
    "dataset.json": Option(in_folder("dataset.json", evaluate, GOOD)),
    "feats.npy": Option(in_folder("feats.npy", evaluate, GOOD)),
    "feats.zarr": Option(in_folder("feats.zarr", evaluate, GOOD), NOT_THERE),  # beside feats.npy
}  # fmt: skip
