"""The state dict is found under whatever key, and however deep."""

from __future__ import annotations

from typing import Any

import pytest

from mlcore.checkpoint.state_dicts import find_model, find_optimizer, flattened, listed
from mlcore.checkpoint.untrusted.rebuild import Storage, Stub

MATRIX = Stub(Storage("float32", "0", 12), (3, 4))
VECTOR = Stub(Storage("float32", "1", 3), (3,))
MODEL = {"fc1.weight": MATRIX, "fc1.bias": VECTOR}
OPTIMIZER = {"state": {0: {"exp_avg": MATRIX}}, "param_groups": [{"lr": 0.1}]}


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        (MODEL, ()),
        ({**MODEL, "epoch": 3, "optimizer": OPTIMIZER}, ()),
        ({"model_weights": MODEL, "epoch": 3}, ("model_weights",)),
        ({"mine": MODEL, "optimizer": OPTIMIZER}, ("mine",)),
        ({"state": {"model": MODEL, "optimizer": OPTIMIZER}}, ("state", "model")),
        ({"model": {"state_dict": MODEL}, "args": {"lr": 1}}, ("model", "state_dict")),
        ({"a": {"b": {"c": MODEL}}}, ("a", "b", "c")),
        ({"ema": MODEL, "model": MODEL}, ("model",)),
        ({"encoder": MODEL, "classifier": MODEL}, ()),
        ({"model": {"Dense_0": {"kernel": MATRIX}, "Dense_1": {"kernel": MATRIX}}}, ("model",)),
        ({"optimizer": OPTIMIZER, "epoch": 3}, ()),
    ],
)
def test_the_keys_to_the_model_are_found(tree: dict[str, Any], path: tuple[str, ...]) -> None:
    assert find_model(tree) == path


@pytest.mark.parametrize("key", ["optimizer_state_dict", "optim", "adam", "optimizer_states"])
def test_the_optimizer_beside_it_is_found(key: str) -> None:
    value = [OPTIMIZER] if key == "optimizer_states" else OPTIMIZER
    assert find_optimizer({"model": MODEL, key: value, "epoch": 1}) == key


def test_of_two_optimizers_under_unknown_keys_none_is_taken() -> None:
    assert find_optimizer({"first": OPTIMIZER, "second": OPTIMIZER}) is None


def test_nested_dictionaries_get_joined_names() -> None:
    assert flattened({"fc1": {"weight": MATRIX, "bias": VECTOR}}) == MODEL


def test_what_is_no_layers_tensor_is_left_out() -> None:
    more = {"epoch": 3, "bn._extra_state": None, "optimizer": OPTIMIZER, "args": {"lr": 1}}
    assert flattened({**MODEL, **more}) == MODEL


def test_a_weight_that_is_no_tensor_is_not_passed_over() -> None:
    assert flattened({**MODEL, "fc2.bias": [0.0]})["fc2.bias"] == [0.0]


def test_a_list_of_parameters_is_taken_in_pairs() -> None:
    names = ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert list(listed([MATRIX, VECTOR, MATRIX, VECTOR]) or ()) == names
    assert list(listed([MATRIX, MATRIX]) or ()) == ["0.weight", "1.weight"]
    assert listed([VECTOR, MATRIX]) is None
    assert listed([MODEL, OPTIMIZER]) is None
