"""How large a page becomes, told before it is made, and what to leave out of one that is large."""

from collections.abc import Mapping, Sequence

from ..errors import UserError
from ..runs.workflow import Workflow
from .gallery import Gallery
from .network import NEAREST_WORDS, used_weights
from .supported import paper_name

LARGE = 12e6  # bytes, from which on the page says what to leave out
LARGEST = 400e6  # browsers hold no text of 512 MB
IN_TEXT = 4 / 3  # base64
PICTURE = 4000  # bytes of a thumbnail, about
OWN = 120e3  # of scripts and styles
SPACE_WORD = NEAREST_WORDS * 6 + 8  # of a word in a space: neighbours, cosines, place


def estimate(
    workflows: Mapping[str, Workflow], gallery: Gallery, features: int, pictures: bool
) -> dict[str, float]:
    """Return the bytes of each part of the page at most; only those of pictures are a guess.

    The parts of several runs have the run's name before them.
    """
    parts = {}
    for name, workflow in workflows.items():
        prefix = f"{name}: " if len(workflows) > 1 else ""
        sizes = _run_sizes(workflow, gallery, features)
        parts |= {f"{prefix}{part}": bytes_ * IN_TEXT for part, bytes_ in sizes.items() if bytes_}
    texts = sum(len(text.encode()) + 12 for text in gallery.captions)
    if pictures:
        parts["pictures"] = len(gallery.images) * PICTURE * IN_TEXT
    return parts | {"texts and scripts": OWN + texts}


def _run_sizes(workflow: Workflow, gallery: Gallery, features: int) -> dict[str, float]:
    """Return the bytes of each part of a run, before base64."""
    visual = "visual" in workflow.model.pathways
    words = len(workflow.tokenizer.words)
    stored = 0 if paper_name(workflow) == "LINREG" else workflow.settings.hidden_size
    return {
        "weights": 2 * sum(values.size for values in used_weights(workflow).values()),
        "images": len(gallery.images) * (features + 4) * visual,
        "captions": len(gallery.captions) * (stored + 4) if stored else 0,
        "words": words * (SPACE_WORD * (1 + visual) + 10),
    }


def advice(parts: Mapping[str, float], gallery: Gallery) -> list[str]:
    """Return what can be left out of a large page, each with what it saves."""
    runs = list(dict.fromkeys(part.partition(": ")[0] for part in parts if ": " in part))
    several = len(runs) > 1
    of = {run: sum(size for p, size in parts.items() if p.startswith(f"{run}: ")) for run in runs}
    found = [f"the run {run} ({_megabytes(of[run])})" for run in runs] if several else []
    if "pictures" in parts:
        found.append(f"--image-folder ({_megabytes(parts['pictures'])})")
    fewer = len(gallery.captions) // 5
    searched = sum(size for p, size in parts.items() if p.endswith(("captions", "images")))
    if fewer and searched:
        found.append(f"captions and images, by --captions {fewer} (about {_megabytes(searched / 2)})")
    return found


def tell(parts: Mapping[str, float], gallery: Gallery, out: str) -> list[str]:
    """Return the lines that say how large the page becomes, and what to leave out.

    Raises:
        UserError: it is larger than a browser can read.
    """
    total = sum(parts.values())
    saving = "; ".join(advice(parts, gallery))
    if total > LARGEST:
        raise UserError(
            f"{out} would have {_megabytes(total)}, and browsers read at most "
            f"{_megabytes(LARGEST)}; leave out: {saving or 'nothing can be, take a smaller run'}"
        )
    shown = ", ".join(f"{part} {_megabytes(size)}" for part, size in parts.items())
    lines = [f"{out} will have at most {_megabytes(total)}: {shown}"]
    if total > LARGE and saving:
        lines.append(f"to make it smaller, leave out: {saving}")
    return lines


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB"
