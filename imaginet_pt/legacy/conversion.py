"""Convert a checkpoint of the original program, or an archive of its successors, to a run."""

import os
from os import PathLike

from ..data.preprocessing import Tokenizer
from ..errors import UserError
from ..files.arrays import Array, match_parameters, write_arrays
from ..nn import models
from ..nn.models import Imaginet
from ..runs.description import RunDescription
from ..runs.run_folder import RunFolder
from ..settings import Settings
from . import archive, checkpoint
from .checkpoint import Checkpoint

DATA = {"name": "unknown (converted)", "synthetic": False, "digests": {}}


def convert_legacy(source: str | PathLike[str], out: str | PathLike[str]) -> RunFolder:
    """Convert the folder of a checkpoint, or the file of an archive, to the run `out`.

    The weights become those of epoch 1: the files do not tell how many epochs the model was
    trained, nor on which data.

    Raises:
        UserError: files are missing or unsafe, the model does not fit its settings, or an archive
            has a model of another architecture.
    """
    found = archive.read(source) if os.path.isfile(source) else checkpoint.read(source)
    settings = Settings.of(Settings().as_dict() | found.settings, source)
    tokenizer = Tokenizer(found.vocabulary, settings.unit)
    model = models.build(settings, len(tokenizer.words), found.features)
    params = match_parameters(model.parameters(None), _named(found, model), source)
    description = RunDescription(
        data=DATA,
        features=found.features,
        backend="theano",
        began_with={},
        settings=settings,
        parameters=list(params),
        reads_end=found.reads_end,
        versions={},
        threads={},
    )
    with RunFolder.create(out) as folder:
        write_arrays(folder.weights(1), params)
        folder.begin(description, tokenizer, found.scaler)
    return folder


def _named(found: Checkpoint, model: Imaginet) -> dict[str, Array]:
    """Return the parameters by our names; those of a pathway that is missing are zero."""
    zeros = model.parameters(None)
    scopes = [f"{layer}." for layer in found.layers or model.layers]
    names = ["embeddings", *(n for scope in scopes for n in zeros if n.startswith(scope))]
    if len(names) != len(found.parameters):
        raise UserError(f"{len(found.parameters)} parameters are not the {len(names)} of the model")
    return zeros | dict(zip(names, found.parameters, strict=True))
