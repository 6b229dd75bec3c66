"""The JAX backend: the costs of the other backends, runs that change backends, several devices."""

import functools
import os
from types import SimpleNamespace

import numpy as np
import pytest
import small
from pytensor.tensor.extra_ops import Unique

from imaginet_pt.__main__ import main
from imaginet_pt.backends import functions, jax_backend, select
from imaginet_pt.backends.distributed import Processes
from imaginet_pt.data import data_provider
from imaginet_pt.errors import UserError
from imaginet_pt.ops import jax_dispatch
from imaginet_pt.progress import Progress
from imaginet_pt.settings import Settings
from imaginet_pt.training import experiment, preparation

# Read when JAX is first used: this process then has four devices.
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"
pytest.importorskip("jax", reason="jax is not installed: pip install -e '.[jax]'")


TINY = {"hidden_size": 8, "embedding_size": 6, "word_freq_threshold": 1, "batch_size": 24}
BACKENDS = {"c": {"name": "c"}, "jax": {"name": "jax"}, "jax on 4": {"name": "jax", "devices": 4}}
KINDS = {
    "MULTITASK": {"model_type": "shared_embeddings"},
    "TEXTUAL": {"model_type": "shared_embeddings", "alpha": 1.0},
    "shared_all": {"model_type": "shared_all"},
    "LSTM with a limit": {"hidden_type": "lstm", "clipnorm": 0.05},
    "zero-shot": {"model_type": "shared_embeddings", "zero_shot": ("dog",)},
}


def data(folder):
    """A data set whose captions are all of one length, so that little is compiled."""
    path = small.write(folder) / "dataset.json"
    path.write_text(path.read_text().replace(" in the park", ""))
    return folder


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return data_provider.load(data(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def trained(dataset):
    """`trained(kind, backend)`: costs of two minibatches, then the state, and what it makes of X.

    In the second one there is a dog in every picture.
    """
    captions = dataset.captions("train").texts
    dogs = np.resize([i for i, text in enumerate(captions) if "dog" in text], 24)

    @functools.cache
    def of(kind, backend):
        settings, rng = Settings(**TINY | KINDS[kind]), np.random.RandomState(1)
        inputs = preparation.prepare(dataset, settings, rng, None)
        rule = preparation.update_rule(settings)
        state = preparation.first_state(inputs.model, rule, rng)
        backend = select.get(**BACKENDS[backend])
        step = functions.train_step(inputs.model, rule, state, backend)
        minibatches = [inputs.train.minibatch(indices) for indices in (np.arange(24), dogs)]
        costs = [float(step(*minibatch)) for minibatch in minibatches]
        made = functions.outputs(inputs.model, state.params, backend)(minibatches[0].X)
        return costs, state.arrays(), made

    return of


@pytest.mark.parametrize(
    "kind",
    ["MULTITASK", *(pytest.param(k, marks=pytest.mark.slow) for k in KINDS if k != "MULTITASK")],
)
def test_costs_and_vectors_are_those_of_the_c_backend(kind, trained):
    (costs, arrays, made), (c_costs, c_arrays, c_made) = trained(kind, "jax"), trained(kind, "c")
    np.testing.assert_allclose(costs, c_costs, rtol=2e-5)
    same({**arrays[0], **made}, {**c_arrays[0], **c_made}, atol=2e-5)


def same(ours, theirs, atol):
    assert set(ours) == set(theirs)
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], atol=atol, err_msg=name)


def test_four_devices_train_as_one(trained):
    (costs, arrays, made), (costs4, arrays4, made4) = (
        trained("MULTITASK", backend) for backend in ("jax", "jax on 4")
    )
    np.testing.assert_allclose(costs4, costs, rtol=2e-4)
    for ours, theirs in zip((*arrays4, made4), (*arrays, made), strict=True):
        same(ours, theirs, atol=1e-5)


def test_a_minibatch_that_four_devices_cannot_split(dataset):
    settings, costs = Settings(**TINY, model_type="add", update="SGD"), []
    for devices in (1, 4):
        rng = np.random.RandomState(1)
        inputs = preparation.prepare(dataset, settings, rng, None)
        rule = preparation.update_rule(settings)
        state = preparation.first_state(inputs.model, rule, rng)
        step = functions.train_step(inputs.model, rule, state, select.get("jax", devices=devices))
        costs.append([step(*inputs.train.minibatch(np.arange(n))) for n in (24, 10, 24)])
    np.testing.assert_allclose(*costs, rtol=2e-4)


def test_next_words_are_those_of_the_c_backend(dataset):
    settings, rng = Settings(**TINY, **KINDS["MULTITASK"]), np.random.RandomState(1)
    inputs = preparation.prepare(dataset, settings, rng, None)
    params = functions.State(inputs.model.parameters(rng), {}).params
    X = inputs.valid.minibatch(np.arange(8)).X
    jax, c = (
        functions.word_scores(inputs.model, params, select.get(name))(X).argmax(axis=2)
        for name in ("jax", "c")
    )
    assert X.shape == jax.shape and (jax == c).all() and len(np.unique(c)) > 1


def costs(run):
    return np.loadtxt(run / "costs.csv", delimiter=",", skiprows=1)[:, 2]


@pytest.mark.slow
def test_the_golden_run(shared, tmp_path, monkeypatch):
    golden = np.load(shared / "goldens/shared/golden.npz")
    init = [golden[name] for name in sorted(golden.files) if name.startswith("init_")]
    np.savez(tmp_path / "init.npz", *init)
    settings = Settings(
        model_type="shared_embeddings", hidden_size=24, embedding_size=20, iterations=3,
        word_freq_threshold=3, random_seed=123,
    )  # fmt: skip
    monkeypatch.setattr(functions, "validation_costs", lambda *a: lambda X, Y, Z: [0.0, 0.0])
    experiment.train(
        data_provider.load(shared / "goldens/dataset"), settings, tmp_path / "run",
        select.get("jax"), Progress(quiet=True),
        init_tokenizer=shared / "goldens/shared/vocab.json", init_weights=tmp_path / "init.npz",
    )  # fmt: skip
    np.testing.assert_allclose(costs(tmp_path / "run"), golden["costs"], rtol=5e-5)


def test_a_run_goes_on_with_jax_as_it_began(dataset, tmp_path, capsys):
    def train(out, iterations, backend):
        settings = Settings(**TINY, model_type="add", iterations=iterations)
        experiment.train(dataset, settings, tmp_path / out, backend, Progress(quiet=True))
        return tmp_path / out

    jax = select.get("jax", precision="default")
    whole, begun = train("whole", 2, select.get("c")), train("begun", 1, jax)
    with pytest.raises(UserError, match="`backend` is c; .*begun was trained with jax"):
        experiment.resume(dataset, begun, select.get("c"), Progress(), iterations=2)
    experiment.resume(dataset, begun, jax, Progress(), iterations=2)
    np.testing.assert_allclose(costs(begun), costs(whole), rtol=2e-5)
    validation = (
        np.loadtxt(run / "validation.csv", delimiter=",", skiprows=1) for run in (begun, whole)
    )
    np.testing.assert_allclose(*validation, rtol=2e-5)
    told = capsys.readouterr().err
    for name in ("training", "validation"):
        assert f"{name}: 1 shapes of minibatch to compile with JAX\n" in told
        assert f"{name}: compiling for 7 x 24, 1 of 1 shapes\n" in told


def test_shapes_of_minibatches_are_few_and_known(dataset, capsys):
    inputs = preparation.prepare(dataset, Settings(**TINY), np.random.RandomState(1), None)
    assert inputs.train.shapes(24) == {(7, 24)}
    assert inputs.train.shapes(20) == {(7, 20), (7, 8)}
    assert inputs.train.shapes(100) == {(7, 48)}


PLACES = {
    ("cpu", "highest", 1): "JAX {} on 2 x X, precision highest: float32 products",
    ("cpu", "default", 1): "JAX {} on 2 x X, precision default: float32 products",
    ("gpu", "default", 1): "JAX {} on 2 x X, precision default: TF32 allowed",
    ("gpu", "highest", 2): "JAX {} on 2 processes of 1 x X, precision highest: float32 products",
}


@pytest.mark.parametrize("platform, precision, count", PLACES)
def test_run_json_says_devices_processes_and_precision(platform, precision, count):
    devices = 2 * [SimpleNamespace(platform=platform, device_kind="X")]
    described = jax_backend.describe(devices, precision, Processes("", 0, count))
    version = jax_backend.jax.__version__
    assert described == PLACES[platform, precision, count].format(version)


def test_compiled_code_that_others_could_write_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    jax_backend.get()
    (tmp_path / "imaginet_pt/jax").chmod(0o777)
    with pytest.raises(UserError, match="others can write to .*imaginet_pt/jax; set XDG_CACHE"):
        jax_backend.get()
    jax_backend.jax.config.update("jax_compilation_cache_dir", None)


@pytest.mark.parametrize("devices", [0, 5])
def test_devices_that_are_not_there(devices):
    with pytest.raises(UserError, match=f"`devices` is {devices}; JAX sees 4 "):
        select.get("jax", devices=devices)


@pytest.mark.parametrize("option", ["--devices=2", "--precision=default", "--coordinator=a:1"])
def test_options_of_jax_are_for_jax(option, tmp_path, capsys):
    more = ["--process-id=0", "--num-processes=1"] if "coordinator" in option else []
    out = str(tmp_path / "run")
    assert main(["train", "--data", "scenes", "--out", out, "--backend", "c", option, *more]) == 2
    assert "is for --backend jax" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [{"return_index": True}, {"return_counts": True}, {}])
def test_another_unique_than_the_packages_is_left_to_pytensor(asked, monkeypatch):
    """With today's JAX PyTensor's own fails, which is better than other numbers."""
    monkeypatch.setattr(jax_dispatch, "_pytensors_unique", lambda op: lambda x: op)
    op = Unique(**asked)
    assert jax_dispatch._unique(op)(None) is op
