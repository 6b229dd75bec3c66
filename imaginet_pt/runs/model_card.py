"""The model card of a trained run: what it is, what it was trained on, its use and its limits.

It begins with the YAML header that model hubs read. It is made from the files of the run, and of an
evaluation where there is one, and holds neither times nor dates, so that the same training writes
the same card.
"""

from collections.abc import Sequence

import pandas as pd

from .. import templates
from ..data.preprocessing import SPECIAL
from ..files import json_files
from ..files.atomic import atomic
from ..files.tables import MAX_EPOCHS, read_table
from ..nn import models
from .description import RunDescription
from .run_folder import RunFolder
from .scores import Scores

CARD = "model-card.md"
# What the model predicts -> what it does with a caption.
DOES = {
    ("visual",): "reads a caption and predicts the features of its image",
    ("textual",): "reads a caption and predicts the next word at each place; it has seen no image",
    ("textual", "visual"): "reads a caption and predicts, from one set of word embeddings, the "
    "features of its image and the next word at each place",
    (
        "reconstruction",
        "visual",
    ): "reads a caption and predicts the features of its image, and from "
    "its last state a second network reconstructs the caption",
}
# Type of model and what it predicts -> the paper's name for it.
NAMES = {
    ("linear", "visual"): "LINREG",
    ("simple", "visual"): "VISUAL",
    ("shared_embeddings", "textual"): "TEXTUAL",
    ("shared_embeddings", "textual", "visual"): "MULTITASK",
}


def write(folder: RunFolder) -> None:
    """Write the card into the folder of a finished run.

    Raises:
        UserError: a file of the run cannot be read, or the card cannot be written.
    """
    with atomic(folder / CARD) as file:
        file.write(text(folder))


def text(
    folder: RunFolder,
    scores: Scores | None = None,
    epochs: Sequence[int] | None = None,
    place: str = "the folder of this card",
) -> str:
    """Return the card as Markdown.

    Args:
        folder: the run.
        scores: those of an evaluation, if there is one.
        epochs: the epochs whose weights are beside the card, by default all that the run has.
        place: where the run is, in words.
    """
    description = folder.described()
    words = len(json_files.read_list(folder / "vocabulary.json"))
    predicts = pathways(description, words)
    own = {
        "name": NAMES.get((description.settings.model_type, *predicts), "IMAGINET"),
        "does": DOES[predicts],
        "predicts": predicts,
        "words": words - len(SPECIAL),
        "epochs": folder.iterations() if epochs is None else epochs,
        "costs": costs(folder).to_dict("records"),
        "scores": scores,
        "place": place,
        "converted": description.converted,
    }
    card: str = templates.render("model-card.md.jinja", description.to_json() | own)
    return card


def pathways(description: RunDescription, words: int) -> tuple[str, ...]:
    """Return what a model predicts: "visual" images, "textual" the next word, or both.

    Args:
        description: the run's run.json.
        words: the size of its vocabulary.
    """
    if description.settings.model_type == "linear":
        return ("visual",)
    return tuple(models.build(description.settings, words, description.features).weights())


def costs(folder: RunFolder) -> pd.DataFrame:
    """Read the costs of a run, one row per epoch; LINREG, which has no epochs, has no rows.

    Returns:
        `training`: mean over the minibatches; `textual`, `visual`: validation cost of each pathway
        in use; `validation`: their weighted sum.
    """
    if not (folder / "costs.csv").exists():
        return pd.DataFrame()
    training = read_table(folder / "costs.csv", ["epoch", "cost"]).groupby("epoch")["cost"].mean()
    path = folder / "validation.csv"
    validation = read_table(path, ["epoch", "cost"], MAX_EPOCHS).set_index("epoch")
    validation.insert(0, "training", training)
    return validation.rename(columns={"cost": "validation"})
