"""Archives of the original's successors: what they predict, and what is not ours."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import old_archive
import pytest
from equations import PLAIN
from old_archive import CONFIG, PARAMETERS, data, vocabulary
from old_checkpoint import call, name

from imaginet_pt.__main__ import main
from imaginet_pt.errors import UserError
from imaginet_pt.explorer import supported
from imaginet_pt.legacy import archive
from imaginet_pt.legacy.conversion import convert_legacy
from imaginet_pt.runs.workflow import Workflow

# Written by reimaginet f583b62 on funktional cfe4a3e, with what they predicted; see its README.
ARCHIVES = Path(__file__).parents[1] / "goldens/archives"
PREDICTED = np.load(ARCHIVES / "preds.npz")
SENTENCES = [
    "a dog sees a cat", "a zebra", "man", "a woman likes a café again",
    "again again a bird chases a boat",
]  # fmt: skip
KINDS = {
    "visual": "simple", "visual-2-layers": "deep-simple", "visual-characters": "simple",
    "vectorsum": "add", "multitask": "shared_embeddings",
}  # fmt: skip


def converted(name, out):
    source = str(ARCHIVES / f"{name}.zip")
    assert main(["convert-legacy", source, str(out / "run"), "--quiet"]) == 0
    return Workflow(out / "run", backend=PLAIN)


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_imagines_what_its_program_did(kind, tmp_path):
    workflow = converted(kind, tmp_path)
    assert workflow.settings.model_type == KINDS[kind]
    texts = SENTENCES
    if kind == "visual-characters":
        texts = [text.replace(" ", "") for text in texts]
    for padding, wanted in (("none", kind), ("batch", f"{kind}_together")):
        made = workflow.outputs(texts, padding)["output_vis"]
        np.testing.assert_allclose(made, PREDICTED[wanted], atol=1e-6)
    assert np.abs(PREDICTED[kind]).max() > 0.3


@pytest.mark.parametrize("kind, wanted", [("lm", "lm"), ("multitask", "multitask_words")])
def test_an_archive_predicts_the_words_that_its_program_did(kind, wanted, tmp_path):
    workflow = converted(kind, tmp_path)
    places = workflow.next_words(SENTENCES[0], k=len(workflow.tokenizer.words))
    for place, probabilities in zip(places, PREDICTED[wanted], strict=True):
        found = {workflow.tokenizer.ids[word]: p for word, p in place}
        made = [found[i] for i in range(len(probabilities))]
        np.testing.assert_allclose(made, probabilities, atol=1e-6)


def test_what_reads_whole_sentences_closes_them(tmp_path):
    """One word is PAD word END as everywhere; a sentence has an END, at its end."""
    workflow = converted("visual", tmp_path)
    raw = workflow.model.raw_outputs([[3, 1]], "none")["output_vis"]
    assert np.array_equal(workflow.model.outputs([[3]], "none")["output_vis"], raw)
    assert Workflow(tmp_path / "run").folder.described().reads_end
    with pytest.raises(UserError, match="reads END after a sentence"):
        supported.check(workflow)


def test_settings_of_an_archive(tmp_path):
    found = archive.read(old_archive.write(tmp_path / "model.zip"))
    assert found.settings == {
        "model_type": "simple", "hidden_type": "gru", "hidden_size": 3, "embedding_size": 2,
        "activation": "clipped_rectify", "out_activation": "linear", "cost": "CosineDistance",
        "rate": 0.0002, "clipnorm": 5.0, "word_freq_threshold": 3, "character": False,
        "scaler": "none",
    }  # fmt: skip
    assert found.vocabulary == ["PAD", "END", "UNK", "dog", "cät"] and found.features == 4
    for i, (mine, theirs) in enumerate(zip(found.parameters, PARAMETERS, strict=True)):
        sign = -1 if i in (2, 5, 8) else 1  # w, u and b of z, after embeddings and h0
        assert mine.dtype == "f4" and np.array_equal(mine, sign * theirs)


WRITTEN = {
    "contrastive": "visual.Visual learns by comparing with other pictures",
    "deep": "visual.Visual has 33 parameters, those of other layers or of more",
    "joint": "visual2.Visual puts sentences and pictures into one space",
    "onehot": "visual.Visual reads words as one-hot vectors",
    "residual": "visual.Visual has residual connections between its layers",
    "rhn": "visual2_rhn.Visual has recurrent highway networks",
    "shared": "the model has 35 parameters, those of other layers or of more",
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_an_archive_of_another_model_is_refused(kind, tmp_path):
    with pytest.raises(UserError, match=f"{kind}.zip: {WRITTEN[kind]}; no model of this program"):
        convert_legacy(ARCHIVES / f"others/{kind}.zip", tmp_path / "run")


def task(module, kind="Visual"):
    return {"task": f"cimaginet.defn.{module}\n{kind}\np1\n."}


MORE = [*PARAMETERS[:11], *PARAMETERS[1:11], *PARAMETERS[11:]]
OTHERS = {
    "one-hot": ({"config": {"size_embed": "onehot"}}, "one-hot"),
    "one-hot class": ({"config": task("visual1h")}, "visual1h.Visual reads words as one-hot"),
    "highway": ({"config": task("visual2_rhn")}, "recurrent highway networks"),
    "joint": ({"config": task("visual2")}, "sentences and pictures into one space"),
    "joint sums": ({"config": task("vectorsum2", "VectorSum")}, "into one space"),
    "attention": ({"config": task("visual3")}, "attends to the states of all words"),
    "speech": ({"config": task("audiovis4")}, "hears speech"),
    "unknown": ({"config": task("else", "Other")}, "else.Other has 13 parameters"),
    "contrastive": ({"config": {"contrastive": True}}, "comparing with other pictures"),
    "margin": ({"config": {"margin": True}}, "comparing with other pictures"),
    "more layers": (
        {"weights_npy": old_archive.weights([*MORE[:21], *MORE[1:]])}, "has 43 parameters"),
    "residual": (
        {"config": {"residual": True}, "weights_npy": old_archive.weights(MORE)},
        "residual connections between its layers"),
    "shared": ({"config": {"task": None}}, "the model has 13 parameters"),
    "elu": ({"config": {"activation": "clipped_elu"}}, "activation is 'clipped_elu'; choose"),
    "upper case": ({"data_pkl": data(vocabulary([*old_archive.WORDS[:4], "A"]))}, "upper case"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_not_ours_is_named_in_one_line(kind, tmp_path, capsys):
    changes, told = OTHERS[kind]
    source = old_archive.write(tmp_path / "model.zip", **changes)
    assert main(["convert-legacy", str(source), str(tmp_path / "run")]) == 2
    line = capsys.readouterr().err
    assert told in line and line.count("\n") == 1 and not (tmp_path / "run").exists()


def python(marker):
    return call(name("__builtin__", "eval"), f"open({str(marker)!r}, 'w')")


HOSTILE = {
    "code in the vocabulary": lambda m: {"data_pkl": python(m) + b"."},
    "code in the weights": lambda m: {"weights_npy": old_archive.weights()[:128] + python(m)},
    "code as the task": lambda m: {"config": {"task": python(m).decode()}},
    "a longer task": lambda m: {"config": {"task": CONFIG["task"][:-1] + "(S'x'\ntR."}},
    "a number as the task": lambda m: {"config": {"task": 1}},
    "no size": lambda m: {"config": {"size_embed": None}},
    "a size beyond all": lambda m: {"config": {"size": 10**9}},
    "a rate that is none": lambda m: {"config": {"lr": float("nan")}},
    "other sizes": lambda m: {"config": {"size": 4}},
    "plain weights": lambda m: {"weights_npy": b"\x93NUMPY\x01\x00"},
    "weights that are no numbers": lambda m: {"weights_npy": old_archive.weights(["x"] * 13)},
    "not finite": lambda m: {
        "weights_npy": old_archive.weights([*PARAMETERS[:-1], PARAMETERS[-1] * np.nan])},
    "no features": lambda m: {"weights_npy": old_archive.weights(
        [*PARAMETERS[:-2], np.zeros((3, 0), "f4"), np.zeros(0, "f4")])},
    "other marks": lambda m: {"data_pkl": data(vocabulary(["PAD", *old_archive.WORDS[1:]]))},
    "a word twice": lambda m: {"data_pkl": data(vocabulary([*old_archive.WORDS[:4], "PAD"]))},
    "fewer words": lambda m: {"data_pkl": data(vocabulary(old_archive.WORDS[:4]))},
    "something after it": lambda m: {"data_pkl": data() + b"."},
    "a long config": lambda m: {"config_json": b" " * 10**7 + b"{}"},
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_what_is_no_model_is_refused_and_nothing_runs(attack, tmp_path, capsys):
    marker = tmp_path / "marker"
    source = old_archive.write(tmp_path / "model.zip", **HOSTILE[attack](marker))
    assert main(["convert-legacy", str(source), str(tmp_path / "run")]) == 2
    line = capsys.readouterr().err
    assert "model.zip" in line and line.count("\n") == 1
    assert not marker.exists() and not (tmp_path / "run").exists()


def test_a_bomb_is_not_unfolded(tmp_path):
    """256 MiB of zeros in 256 KiB are refused, in little memory."""
    old_archive.write(tmp_path / "model.zip", data_pkl=b"S'" + bytes(2**28))
    program = (
        "import resource, sys\n"
        "from imaginet_pt.legacy.conversion import convert_legacy\n"
        "from imaginet_pt.errors import UserError\n"
        "status = open('/proc/self/statm').read().split()\n"
        "before = int(status[1]) * resource.getpagesize()\n"
        "try:\n"
        "    convert_legacy(*sys.argv[1:])\n"
        "except UserError as error:\n"
        "    peak = open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]\n"
        "    print(error, int(peak) * 1024 - before, sep='\\n')\n"
    )
    command = [sys.executable, "-c", program, tmp_path / "model.zip", tmp_path / "run"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    line, grown = done.stdout.splitlines()
    assert "unfolds" in line and int(grown) < 2**26


def test_an_archive_of_other_members_is_refused(tmp_path):
    for content in ({}, old_archive.members() | {"more": b""}, {"data.pkl": data()}):
        (tmp_path / "model.zip").write_bytes(old_archive.zipped(content))
        with pytest.raises(UserError, match="does not hold config.json, data.pkl, weights.npy"):
            convert_legacy(tmp_path / "model.zip", tmp_path / "run")
