"""Runs that are trained in a moment, for tests of what is done with a run."""

from imaginet_pt.data import data_provider
from imaginet_pt.progress import Progress
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment


def linreg(source, out):
    """Train LINREG on all words of the data at `source`, and return `out`, the run's folder."""
    settings = Settings(model_type="linear", word_freq_threshold=1)
    experiment.train(data_provider.load(source), settings, out, None, Progress(quiet=True))
    return out
