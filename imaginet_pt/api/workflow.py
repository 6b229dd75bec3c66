"""`Workflow`, a trained run with all its methods for Python users."""

from __future__ import annotations

from os import PathLike
from typing import Any, Literal

import pandas as pd

from ..data.dataset import Dataset
from ..errors import UserError
from ..evaluation import neighbors, omission
from ..runs import workflow
from ..runs.arguments import check_count
from ..runs.run_folder import BEST, Iteration
from .arguments import check_choice, check_data, check_path, check_text


class Workflow(workflow.Workflow):
    """A trained run at one epoch; `load_workflow` and `Run.workflow` return one.

    Where a method takes `sentences`, a string is one sentence and gives one result; a list of
    strings gives one result for each.

    >>> w = load_workflow("runs/mine")  # doctest: +SKIP
    >>> w.project("a dog chases a cat").shape  # doctest: +SKIP
    (4096,)
    >>> w.project(["a dog", "a bird"]).shape  # doctest: +SKIP
    (2, 4096)
    """

    def neighbors(
        self,
        sentence: str,
        data: Dataset,
        k: int = 5,
        *,
        split: str = "val",
        of: Literal["captions", "images"] = "captions",
    ) -> pd.DataFrame:
        """Find the captions or images nearest to a sentence.

        Captions are compared by the last state of the visual pathway, images by the features that
        the model predicts from the sentence.

        Args:
            sentence: one sentence.
            data: the data to search.
            k: how many to find; fewer are returned if there are not so many.
            split: the part of the data to search.
            of: whether to find "captions" or "images".

        Returns:
            One row per neighbour, the nearest first: `rank`, `similarity` (the cosine), `caption`;
            for an image also `image` (its row in the features) and `filename`.

        Raises:
            UserError: there is no such split, the sentence has no word, or images are asked of a
                model that does not predict them.
        """
        ids = self._read(sentence)
        check_count("k", k)
        check_choice("of", of, SEARCHES)
        return SEARCHES[of](self, ids, check_data(data), check_text("split", split), k)

    def omission(self, sentence: str) -> pd.DataFrame:
        """Compute how far the imagined picture moves when each word of a sentence is left out.

        Returns:
            One row per word: `position` (from 1), `word` (as the model reads it) and `score`, which
            is 1 - cosine of the pictures imagined with and without the word.

        Raises:
            UserError: there are fewer than two words, or the model does not predict images.
        """
        ids = self._read(sentence)
        words = [self.tokenizer.words[i] for i in ids]
        scores = omission.scores(self, ids)
        return pd.DataFrame(
            {"position": range(1, len(ids) + 1), "word": words, "score": scores.astype(float)}
        )

    def _read(self, sentence: str) -> list[int]:
        """Return the word ids of one sentence."""
        (ids,) = self.tokenizer.transform([check_text("sentence", sentence)])
        if not ids:
            raise UserError(f"`sentence` is {sentence!r}, in which the run finds no word")
        return list(ids)


def load_workflow(path: str | PathLike[str], iteration: Iteration = None) -> Workflow:
    """Load a trained run.

    Args:
        path: the run, or the path of its folder; it may be an exported one.
        iteration: the epoch, by default the last; "best" is the one of the lowest validation cost
            among those whose weights are kept.

    Raises:
        UserError: there is no run or no such epoch, or its files do not fit together.
        UserTypeError: an argument has the wrong type.
    """
    if iteration not in (None, BEST):
        check_count("iteration", iteration)
    return Workflow(check_path("path", path), iteration)


def _near_captions(w: Workflow, ids: list[int], data: Dataset, split: str, k: int) -> pd.DataFrame:
    """Search the captions; equal ones count once."""
    texts = list(dict.fromkeys(data.captions(split).texts))
    near = neighbors.captions(w, [ids], w.tokenizer.transform(texts), k)
    return _table(near, {"caption": [texts[i] for i in near.index[0]]})


def _near_images(w: Workflow, ids: list[int], data: Dataset, split: str, k: int) -> pd.DataFrame:
    """Search the images."""
    near = neighbors.images(w, [ids], data, split, k)
    images = {image.imgid: image for image in data.split(split)}
    rows = [images[i] for i in near.index[0].tolist()]
    columns = {
        "image": [image.imgid for image in rows],
        "filename": [image.filename for image in rows],
        "caption": ["".join(image.sentences[:1]) for image in rows],
    }
    return _table(near, columns)


def _table(near: neighbors.Nearest, columns: dict[str, Any]) -> pd.DataFrame:
    similarity = near.similarity[0].astype(float)
    return pd.DataFrame({"rank": range(1, len(similarity) + 1), "similarity": similarity} | columns)


SEARCHES = {"captions": _near_captions, "images": _near_images}
