"""How large a page becomes, told before it is made, and what to leave out of one that is large."""

from collections.abc import Mapping

from ..errors import UserError
from ..runs.workflow import Workflow
from .gallery import Gallery
from .network import NEAREST_WORDS, used_weights
from .supported import paper_name

LARGE = 12e6  # bytes, from which on it is said what to leave out
LARGEST = 400e6  # browsers hold no text of 512 MB
IN_TEXT = 4 / 3  # base64
PICTURE = 4000  # bytes of a thumbnail, about
OWN = 120e3  # bytes of scripts and styles
SPACE_WORD = NEAREST_WORDS * (2 + 4) + 2 * 4  # bytes of a word in a space: `pack_words`
FEWER = 5  # times fewer captions are what a large page is advised to have

Parts = dict[str, float]  # bytes of each part of a page, by its name


def estimate(
    workflows: Mapping[str, Workflow], gallery: Gallery, features: int, pictures: bool
) -> Parts:
    """Return how large each part of the page becomes at most; that of pictures is a guess.

    Args:
        workflows: the runs, whose names stand before their parts where there are several.
        gallery: the captions and images.
        features: of an image.
        pictures: whether there are any.
    """
    parts: Parts = {}
    for name, workflow in workflows.items():
        prefix = f"{name}: " if len(workflows) > 1 else ""
        for part, size in _run_sizes(workflow, gallery, features).items():
            # Images that are not scaled are those of every run, and stored once.
            shared = part == "images" and workflow.settings.scaler == "none"
            key = part if shared else f"{prefix}{part}"
            parts[key] = max(parts.get(key, 0), size * IN_TEXT)  # a run may see no images
    if pictures:
        parts["pictures"] = len(gallery.images) * PICTURE * IN_TEXT
    parts["texts and scripts"] = OWN + sum(len(text.encode()) + 12 for text in gallery.captions)
    return {part: size for part, size in parts.items() if size}


def _run_sizes(workflow: Workflow, gallery: Gallery, features: int) -> Parts:
    """Return the bytes of each part of a run, before base64; LINREG stores no captions."""
    visual = "visual" in workflow.model.pathways
    linear = paper_name(workflow) == "LINREG"
    state = 0 if linear else workflow.settings.hidden_size + 4
    return {
        "weights": 2 * sum(values.size for values in used_weights(workflow).values()),
        "images": len(gallery.images) * (features + 4) * visual,
        "captions": len(gallery.captions) * state,
        "words": len(workflow.tokenizer.words) * (SPACE_WORD * (1 + visual) + 10),
    }


def savings(parts: Parts, fewer: Parts, captions: int) -> dict[str, float]:
    """Return what can be left out of a page, and how many bytes that saves.

    Args:
        parts: of the page.
        fewer: the same with a number of `captions` that is smaller.
        captions: that number.
    """
    runs = dict.fromkeys(part.partition(": ")[0] for part in parts if ": " in part)
    found = {f"run {run}": _total(parts, f"{run}: ") for run in runs}
    if "pictures" in parts:
        found["--image-folder"] = parts["pictures"]
    found[f"all but --captions {captions}"] = _total(parts) - _total(fewer)
    return found


def tell(parts: Parts, saved: Mapping[str, float], out: str) -> list[str]:
    """Return the lines that say how large the page becomes, and what to leave out of a large one.

    Raises:
        UserError: it is larger than a browser can read.
    """
    total = _total(parts)
    advice = ", ".join(f"{what} (saves {_megabytes(size)})" for what, size in saved.items())
    if total > LARGEST:
        raise UserError(
            f"{out} would have {_megabytes(total)}, and browsers read at most "
            f"{_megabytes(LARGEST)}; leave out some of: {advice}"
        )
    shown = ", ".join(f"{part} {_megabytes(size)}" for part, size in parts.items())
    lines = [f"{out} will have at most {_megabytes(total)}: {shown}"]
    return lines + ([f"to make it smaller, leave out: {advice}"] if total > LARGE else [])


def _total(parts: Parts, prefix: str = "") -> float:
    return sum(size for part, size in parts.items() if part.startswith(prefix))


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB"
