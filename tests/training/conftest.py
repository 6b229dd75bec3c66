"""What tests of the training loop share: a model of plain functions, small data, a whole run."""

import pytest
import small
from crash.stand_in import Model, train, written

from imaginet_pt.backends import functions
from imaginet_pt.data import data_provider


@pytest.fixture
def model(monkeypatch):
    model = Model()
    monkeypatch.setattr(functions, "train_step", model.train_step)
    monkeypatch.setattr(functions, "validation_costs", model.validation_costs)
    return model


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small.write(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def dataset(data):
    return data_provider.load(data)


@pytest.fixture
def whole(model, dataset, tmp_path):
    """What a run that nothing befell writes."""
    out = tmp_path / "whole"
    train(dataset, out)
    model.steps = 0
    return written(out)
