"""The trained runs behind the tables: made where they are missing, used again where they fit."""

import hashlib
import json

from imaginet_pt import experiment, model_card
from imaginet_pt.run_folder import RunFolder
from imaginet_pt.settings import Settings
from imaginet_pt.workflow import Workflow

# The paper's models, by what makes each of them; LINREG has no randomness, so one run is all.
MODELS = {
    "VISUAL": {"model_type": "simple"},
    "MULTITASK": {"model_type": "shared_embeddings", "alpha": 0.1},
    "TEXTUAL": {"model_type": "shared_embeddings", "alpha": 1.0},
    "LINREG": {"model_type": "linear"},
}
# Sizes, where they are not the paper's (`Settings`).
PRESETS = {
    "demo": {"hidden_size": 256, "embedding_size": 256, "word_freq_threshold": 5},
    "paper": {},
}
# The built-in corpus is small and plain: smaller layers, larger steps and fewer epochs do on it.
SCENES_DEMO = {
    "hidden_size": 128,
    "embedding_size": 128,
    "word_freq_threshold": 5,
    "rate": 0.001,
    "iterations": 7,
}


def settings_of(model, seed, preset, synthetic):
    """`Settings` of one of `MODELS` at a preset's size."""
    sizes = SCENES_DEMO if synthetic and preset == "demo" else PRESETS[preset]
    return Settings(random_seed=seed, **MODELS[model], **sizes)


def seeds_of(model, seeds):
    return range(1, 2 if model == "LINREG" else seeds + 1)


def trained(dataset, models, args, backend, progress):
    """{model: [Workflow of each seed]} of runs under `args.out`/models, trained now if need be.

    args: with `seeds`, `preset` and `out`. A run is used again if its settings and the digests of
    its data are these; one that was stopped is taken up.
    """
    jobs = [(model, seed) for model in models for seed in seeds_of(model, args.seeds)]
    flows = {model: [] for model in models}
    for i, (model, seed) in enumerate(jobs, start=1):
        settings = settings_of(model, seed, args.preset, dataset.synthetic)
        folder = args.out / "models" / f"{model}-seed{seed}-{_key(settings, dataset)}"
        if not _finished(folder, settings):
            progress.say(f"run {i} of {len(jobs)}: {model}, seed {seed} ({dataset.name})")
            _train(dataset, settings, folder, backend, progress)
        elif not (folder / model_card.CARD).exists():  # killed after its last weights
            model_card.write(RunFolder(folder))
        flows[model].append(Workflow(folder, backend=backend))
    return flows


def _key(settings, dataset):
    text = json.dumps([settings.as_dict(), dataset.digests], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _begun(folder):
    return (folder / "run.json").exists()


def _finished(folder, settings):
    last = 1 if settings.model_type == "linear" else settings.iterations
    return _begun(folder) and (folder / f"weights-{last}.npz").exists()


def _train(dataset, settings, folder, backend, progress):
    if _begun(folder):
        experiment.resume(dataset, folder, backend, progress)
    else:
        experiment.train(dataset, settings, folder, backend, progress)
