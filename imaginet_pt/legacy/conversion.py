"""Convert a checkpoint of the original program to a run folder."""

from os import PathLike

from ..data.preprocessing import Tokenizer
from ..errors import UserError
from ..files.arrays import match_parameters, write_arrays
from ..nn import models
from ..runs.description import RunDescription
from ..runs.run_folder import RunFolder
from ..settings import Settings
from .checkpoint import read

DATA = {"name": "unknown (converted)", "synthetic": False, "digests": {}}


def convert_legacy(source: str | PathLike[str], out: str | PathLike[str]) -> RunFolder:
    """Convert the checkpoint in the folder `source` to the run `out`, with weights of epoch 1.

    The original's files do not tell how many epochs it was trained, nor on which data.

    Raises:
        UserError: files are missing or unsafe, or the model does not fit its settings.
    """
    checkpoint = read(source)
    try:
        settings = Settings(**checkpoint.settings)
    except UserError as error:
        raise UserError(f"{source}: {str(error).replace('`', '')}") from None
    features = checkpoint.features
    tokenizer = Tokenizer(checkpoint.vocabulary, settings.unit)
    model = models.build(settings, len(tokenizer.words), features)
    unnamed = {f"arr_{i}": array for i, array in enumerate(checkpoint.parameters)}
    params = match_parameters(model.parameters(None), unnamed, source)
    description = RunDescription(
        data=DATA,
        features=features,
        backend="theano",
        began_with={},
        settings=settings,
        parameters=list(params),
    )
    with RunFolder.create(out) as folder:
        write_arrays(folder.weights(1), params)
        folder.begin(description, tokenizer, checkpoint.scaler)
    return folder
