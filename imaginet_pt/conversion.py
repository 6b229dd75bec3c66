"""From a checkpoint of the original program to a run folder."""

from . import legacy, models
from .experiment import describe
from .preprocessing import Tokenizer
from .run_folder import RunFolder, adopt, write_arrays
from .settings import Settings


def convert_legacy(source, out):
    """Write the checkpoint in the folder `source` as the run `out`, with weights of epoch 1.

    The original does not say how many epochs it trained, nor on which data.

    Raises:
        UserError: files that are missing or hostile, or a model that does not fit its settings.
    """
    checkpoint = legacy.read(source)
    settings = Settings(**checkpoint.settings)
    width = checkpoint.parameters[-1].shape[0]  # of the visual pathway's bias, always the last
    features = width // 2 if "maxout" in settings.out_activation else width
    tokenizer = Tokenizer(checkpoint.vocabulary, settings.unit)
    model = models.build(settings, len(tokenizer.words), features)
    unnamed = {f"arr_{i}": array for i, array in enumerate(checkpoint.parameters)}
    params = adopt(model.parameters(None), unnamed, source)
    data = {"name": "unknown (converted)", "synthetic": False, "digests": {}}
    described = {"data": data, "features": features, "backend": "theano", "began_with": {}}
    with RunFolder.create(out) as folder:
        write_arrays(folder.weights(1), params)
        describe(folder, described, settings, params, tokenizer, checkpoint.scaler)
    return folder
