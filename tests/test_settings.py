"""Settings: what is refused at once, in whose words, and what is kept."""

import json
from dataclasses import fields

import numpy as np
import pytest

from imaginet_pt import settings
from imaginet_pt.errors import UserError, UserTypeError
from imaginet_pt.nn import activations, costs, layers, models, updates
from imaginet_pt.settings import Settings, read_words


def test_names_are_those_of_the_tables():
    assert (*models.PLANS, "linear") == settings.MODEL_TYPES
    assert tuple(layers.RECURRENT) == settings.HIDDEN_TYPES
    assert tuple(activations.ACTIVATIONS) == settings.ACTIVATIONS
    assert tuple(costs.IMAGE_COSTS) == settings.IMAGE_COSTS
    assert tuple(updates.UPDATES) == settings.UPDATES


TYPES = {
    "hidden_size": ["32", 32.0, None, True, [32], np.float32(3)],
    "alpha": ["0.5", None, True, 1j],
    "model_type": [3, None, b"simple", ["simple"]],
    "shuffle": ["yes", 1, None, np.bool_(True)],
    "zero_shot": ["dog", 3, {"dog"}, ("dog", 3), [["dog"]]],
}
WANTED = {
    "hidden_size": "an integer",
    "alpha": "a number",
    "model_type": "a string",
    "shuffle": "true or false",
    "zero_shot": "a list of words",
}


@pytest.mark.parametrize("name, value", [(n, v) for n, values in TYPES.items() for v in values])
def test_a_value_of_another_type_is_refused_at_once(name, value):
    with pytest.raises(TypeError, match=f"`{name}` is .*; it must be {WANTED[name]}$") as error:
        Settings(**{name: value})
    assert isinstance(error.value, UserTypeError) and isinstance(error.value, ValueError)


def test_the_message_is_the_promised_one():
    with pytest.raises(TypeError, match="^`hidden_size` is '32'; it must be an integer$"):
        Settings(hidden_size="32")


VALUES = [
    ("hidden_size", 0, "between 1 and 65,536"),
    ("embedding_size", 2**16 + 1, "between 1 and 65,536"),
    ("alpha", 1.5, "between 0 and 1"),
    ("alpha", float("nan"), "a finite number"),
    ("rate", 0.0, "above 0"),
    ("rate", float("inf"), "a finite number"),
    ("l2", 1e300, r"at most 3\.4e\+38 \(float32\)"),
    ("l1", 3.5e38, r"at most 3\.4e\+38 \(float32\)"),
    ("l2", -1.0, "at least 0"),
    ("iterations", 0, "at least 1"),
    ("random_seed", 2**32, "between 0 and 4,294,967,295"),
]


@pytest.mark.parametrize("name, value, wanted", VALUES)
def test_a_value_outside_its_limits_is_refused(name, value, wanted):
    with pytest.raises(ValueError, match=f"^`{name}` is .*; it must be {wanted}$") as error:
        Settings(**{name: value})
    assert not isinstance(error.value, TypeError)


def test_other_mistakes_say_what_to_do():
    with pytest.raises(UserError, match="`update` is 'adam'; choose one of Ada.*, Adam, "):
        Settings(update="adam")
    with pytest.raises(UserError, match="`embedding_size` is 35; matrix needs a square number"):
        Settings(model_type="matrix", embedding_size=35)
    with pytest.raises(UserError, match="`zero_shot` is not for shared_all"):
        Settings(model_type="shared_all", zero_shot=["dog"])
    with pytest.raises(UserError, match="`zero_shot` is not for linear"):
        Settings(model_type="linear", zero_shot=["dog"])
    with pytest.raises(UserError, match="CosineDistance is not for `zero_shot`; take MeanSq"):
        Settings(cost="CosineDistance", zero_shot=["dog"])
    with pytest.raises(UserError, match="`activation` maxout is for gru"):
        Settings(hidden_type="lstm", activation="maxout")
    with pytest.raises(UserError, match="`zero_shot`.*is ''"):
        Settings(zero_shot=["dog", ""])


def test_values_become_python_s_own():
    settings = Settings(hidden_size=np.int64(32), alpha=1, rate=np.float64(0.5), zero_shot=["dog"])
    values = settings.hidden_size, settings.alpha, settings.rate, settings.zero_shot
    assert values == (32, 1.0, 0.5, ("dog",))
    assert [type(value) for value in values] == [int, float, float, tuple]


def test_settings_come_back_from_json():
    settings = Settings(zero_shot=("dog", "cat"), rate=0.1)
    assert Settings.of(json.loads(json.dumps(settings.as_dict())), "run.json") == settings


def test_settings_of_a_file_list_all_that_is_wrong():
    values = Settings().as_dict() | {"hidden_size": "32", "shuffle": 1, "depth": 2}
    del values["rate"]
    with pytest.raises(UserError) as error:
        Settings.of(values, "run.json")
    told = str(error.value)
    for part in ("run.json holds no settings", "rate is missing", "depth is unknown",
                 "hidden_size is '32'", "shuffle is 1"):  # fmt: skip
        assert part in told
    with pytest.raises(UserError, match="run.json holds no settings .*rate is -1"):
        Settings.of(Settings().as_dict() | {"rate": -1}, "run.json")


def test_every_number_has_limits_and_every_name_choices():
    for f in fields(Settings):
        assert (f.metadata["choices"] is not None) == (f.type is str)
        assert (f.metadata["limits"] is not None) == (f.type in (int, float))


@pytest.mark.parametrize("text", ["", " \n", "[]"])
def test_a_file_without_words_is_refused(text, tmp_path):
    (tmp_path / "words").write_text(text)
    with pytest.raises(UserError, match="has no words; write one per line"):
        read_words(tmp_path / "words")
