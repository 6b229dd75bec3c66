"""The model card of a trained run: what it is, from what, how to use it, and its limits.

It is made from the files of the run alone, and holds neither times nor dates, so that the same
training writes the same card.
"""

import pandas as pd

from .. import templates
from ..data.preprocessing import SPECIAL
from ..files import json_files
from ..files.atomic import atomic
from ..files.tables import read_table
from ..nn import models
from ..settings import Settings

CARD = "model-card.md"
# What the model predicts -> what it does with a caption.
DOES = {
    ("visual",): "reads a caption and predicts the features of its image",
    ("textual",): "reads a caption and predicts the next word at each place; it has seen no image",
    ("textual", "visual"): "reads a caption and predicts, from one set of word embeddings, the "
    "features of its image and the next word at each place",
}
# Type of model and what it predicts -> the paper's name for it.
NAMES = {
    ("linear", "visual"): "LINREG",
    ("simple", "visual"): "VISUAL",
    ("shared_embeddings", "textual"): "TEXTUAL",
    ("shared_embeddings", "textual", "visual"): "MULTITASK",
}


def write(folder):
    """Write the card into `folder`, the `RunFolder` of a training that has ended.

    Raises:
        UserError: a file of the run cannot be read, or the card not written.
    """
    with atomic(folder / CARD) as file:
        file.write(text(folder))


def text(folder):
    """The card as Markdown."""
    described = folder.read_json("run.json")
    words = len(json_files.read_list(folder / "vocabulary.json"))
    predicts = pathways(described, words)
    own = {
        "name": NAMES.get((described["settings"]["model_type"], *predicts), "IMAGINET"),
        "does": DOES[predicts],
        "predicts": predicts,
        "words": words - len(SPECIAL),
        "epochs": folder.iterations(),
        "costs": costs(folder).to_dict("records"),
    }
    return templates.render("model-card.md.jinja", described | own)


def pathways(described, words):
    """What the model of a run.json predicts: "visual" images, "textual" the next word."""
    settings = Settings(**described["settings"])
    if settings.model_type == "linear":
        return ("visual",)
    return tuple(models.build(settings, words, described["features"]).weights())


def costs(folder):
    """Costs by epoch, a DataFrame; LINREG, which has no epochs, has no rows.

    `training`: mean over the minibatches; `textual`, `visual`: of each pathway in use, in
    validation; `validation`: of both together.
    """
    if not (folder / "costs.csv").exists():
        return pd.DataFrame()
    training = read_table(folder / "costs.csv").groupby("epoch")["cost"].mean()
    validation = read_table(folder / "validation.csv").set_index("epoch")
    validation.insert(0, "training", training)
    return validation.rename(columns={"cost": "validation"})
