"""Which runs the page can run, and how the paper calls them."""

from ..errors import UserError
from ..runs.workflow import Workflow

# The activations of web/network/network.js: those that work on each element by itself.
ACTIVATIONS = (
    "linear", "rectify", "clipped_rectify", "tanh", "sigmoid", "steeper_sigmoid", "hard_sigmoid",
    "hard_tanh", "t_rectify", "t_linear",
)  # fmt: skip
MODEL_TYPES = ("simple", "shared_embeddings", "linear")
PAPER_NAMES = {
    ("visual",): "VISUAL",
    ("textual",): "TEXTUAL",
    ("textual", "visual"): "MULTITASK",
}


def paper_name(workflow: Workflow) -> str:
    """Return VISUAL, TEXTUAL, MULTITASK or LINREG: what the paper calls this kind of run."""
    if workflow.settings.model_type == "linear":
        return "LINREG"
    return PAPER_NAMES[tuple(sorted(workflow.model.pathways))]


def check(workflow: Workflow) -> None:
    """Check that the page can run this run's network.

    Raises:
        UserError: it cannot; the setting that is not supported is named.
    """
    settings = workflow.settings
    if settings.character:
        raise UserError(
            f"{workflow.folder.path} reads characters (`character`); the page reads words, so "
            "train without it"
        )
    if workflow.model.closing:
        raise UserError(
            f"{workflow.folder.path} reads END after a sentence, as the archive did that it is of; "
            "the page does not"
        )
    _check_choice(workflow, "model_type", MODEL_TYPES)
    if settings.model_type != "linear":
        for name in ("activation", "out_activation"):
            _check_choice(workflow, name, ACTIVATIONS)


def _check_choice(workflow: Workflow, name: str, choices: tuple[str, ...]) -> None:
    value = getattr(workflow.settings, name)
    if value not in choices:
        raise UserError(
            f"{workflow.folder.path} has `{name}` {value}, which the page does not run; "
            f"choose a run with one of {', '.join(choices)}"
        )
