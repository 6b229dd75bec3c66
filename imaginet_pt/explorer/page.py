"""The page: what it holds as JSON and as one block of arrays, and the HTML around them."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import templates
from ..data.dataset import Dataset
from ..progress import Progress
from ..runs.workflow import Workflow
from .gallery import SPLIT, Gallery
from .network import pack_gallery, pack_network, pack_words, rounded
from .packing import Block

WEB = Path(__file__).parent / "web"
# What the worker runs, and what the page runs, in this order; a file uses what stands before it.
WORKER = ("page/tokens.js", "network/unpack.js", "network/network.js", "network/worker.js")
SCRIPTS = (
    "vendor/htm-preact.js",
    "page/tokens.js", "page/content.js", "page/engine.js", "page/address.js", "page/copy.js",
    "page/words.js", "page/near.js",
    "page/view_reading.js", "page/view_order.js", "page/view_omission.js",
    "page/view_sentences.js", "page/map.js", "page/view_words.js", "page/tour.js", "page/app.js",
)  # fmt: skip
STYLES = ("page/explore.css",)


def make(
    workflows: Mapping[str, Workflow],
    dataset: Dataset,
    gallery: Gallery,
    pictures: Mapping[int, str],
    progress: Progress,
) -> str:
    """Make the page of some runs.

    Args:
        workflows: the runs, by the names that the page shows; all of them `supported`.
        dataset: where captions and images come from.
        gallery: which of them.
        pictures: addresses that hold the images' pictures in themselves, by imgid.
        progress: shows what is going on.

    Returns:
        HTML that needs nothing else.

    Raises:
        UserError: a run's images are not those of the data, or its weights are beyond float16.
    """
    block = Block()
    runs = [_run(block, name, run, dataset, gallery, progress) for name, run in workflows.items()]
    content = {
        "data": {"name": dataset.name, "synthetic": dataset.synthetic, "split": SPLIT},
        "captions": gallery.captions,
        "images": gallery.described,
        "pictures": [pictures.get(image.imgid) for image in gallery.images],
        "runs": runs,
    }
    return render(content, block.text())


def _run(
    block: Block,
    name: str,
    workflow: Workflow,
    dataset: Dataset,
    gallery: Gallery,
    progress: Progress,
) -> dict[str, Any]:
    """Store a run in `block`; describe it for the page."""
    progress.say(f"{name}: reading {len(gallery.captions):,} captions and all words with it ...")
    workflow = rounded(workflow)
    return {
        "name": name,
        "about": describe(workflow),
        **pack_network(block, workflow),
        **pack_gallery(block, workflow, dataset, gallery, progress),
        "spaces": pack_words(block, workflow),
    }


def describe(workflow: Workflow) -> str:
    """Say in words with what a run was trained, and how long."""
    settings = workflow.settings
    size = f"{settings.hidden_type.upper()} of {settings.hidden_size:,} units"
    epoch = f"epoch {workflow.iteration}" if workflow.iteration else "before training"
    linear = settings.model_type == "linear"
    return ", ".join(
        [
            f"trained on {workflow.data['name']}",
            *(["word counts"] if linear else [size, epoch]),
            *([] if workflow.folder.described().converted else [f"seed {settings.random_seed}"]),
            f"{len(workflow.tokenizer.words):,} words",
        ]
    )


def render(content: Mapping[str, Any], arrays: str) -> str:
    """Put content, arrays, scripts and styles into one page that may load nothing else."""
    scripts, style = [read(name) for name in SCRIPTS], "".join(map(read, STYLES))
    return templates.render(
        "explore.html.jinja",
        {
            "policy": policy(scripts, style),
            "title": title(content),
            "style": style,
            "scripts": scripts,
            "worker": "".join(map(read, WORKER)),
            "content": embeddable(content),
            "arrays": arrays,
        },
    )


def title(content: Mapping[str, Any]) -> str:
    """Return the page's title."""
    names = " and ".join(run["name"] for run in content["runs"])
    return f"What {names} imagine{'s' if len(content['runs']) == 1 else ''}"


def read(name: str) -> str:
    """Return a file of `web`."""
    return (WEB / name).read_text(encoding="utf-8")


def embeddable(content: Any) -> str:
    """Return `content` as JSON that ends no script and begins no comment, whatever texts say."""
    return json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")


def policy(scripts: Sequence[str], style: str) -> str:
    """Return a Content-Security-Policy by which these scripts run, no others, and nothing loads."""
    sources = " ".join(f"'sha256-{_digest(text)}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {sources}; style-src 'sha256-{_digest(style)}'; "
        "img-src data:; worker-src blob:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
