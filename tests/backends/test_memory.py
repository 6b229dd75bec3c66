"""A model that does not fit into memory is refused before anything of it is drawn."""

import re
import resource

import pytest

from imaginet_pt.backends import memory
from imaginet_pt.errors import UserError
from imaginet_pt.nn import models
from imaginet_pt.nn.inits import placeholder
from imaginet_pt.settings import Settings
from imaginet_pt.training import preparation

PARAMS = {"w": placeholder((1000, 2000)), "b": placeholder(1000)}
NEED = 4 * 2_001_000 * 4  # with a gradient and two moments


def test_what_is_needed_is_said_where_there_is_less(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: NEED)
    memory.check_memory(PARAMS, PARAMS, slots=2)
    monkeypatch.setattr(memory, "available_memory", lambda: NEED - 1)
    wanted = r"training takes 0\.0 GB of memory \(2,001,000 parameters, .*lower `hidden_size`"
    with pytest.raises(UserError, match=wanted):
        memory.check_memory(PARAMS, PARAMS, slots=2)
    memory.check_memory(PARAMS, ["b"], slots=2)


def test_a_model_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 16 * 10**9)
    settings = Settings(model_type="shared_embeddings", hidden_size=2**16)
    model = models.build(settings, 8800, 4096)
    with pytest.raises(UserError, match=re.escape("`hidden_size`")) as error:
        preparation.check_trainable(model, preparation.update_rule(settings))
    assert "there are 16.0 GB" in str(error.value)


def test_limits_of_the_process_and_of_its_container_count(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "none")
    machine = memory.available_memory()
    assert 2**28 < machine < 2**50
    (tmp_path / "memory.max").write_text("123456\n")
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "memory.max")
    assert memory.available_memory() == 123456
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available_memory() == machine
    monkeypatch.setattr(resource, "getrlimit", lambda limit: (2**20, resource.RLIM_INFINITY))
    assert memory.available_memory() == 2**20
