"""Layers and their order from names."""

from __future__ import annotations

import pytest

from mlcore.checkpoint.layer_names import are_ours, group_layers, natural_order, our_order
from mlcore.checkpoint.untrusted.rebuild import Storage, Stub
from mlcore.errors import CheckpointError

STUB = Stub(Storage("float32", "0", 1), (1,))


@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.", "_orig_mod.module."])
def test_tensors_are_grouped_by_layer_without_the_prefixes_of_wrappers(prefix: str) -> None:
    names = ("fc1.weight", "fc1.bias", "fc2.weight")
    layers = group_layers({f"{prefix}{name}": STUB for name in names})
    assert {layer: list(fields) for layer, fields in layers.items()} == {
        "fc1": ["weight", "bias"],
        "fc2": ["weight"],
    }


@pytest.mark.parametrize("names", [["fc1.bias", "module.fc1.bias"]])
def test_a_tensor_that_a_layer_has_twice_is_refused(names: list[str]) -> None:
    with pytest.raises(CheckpointError, match="no layer of its own"):
        group_layers({name: Stub(Storage("float32", name, 1), (1,)) for name in names})


def test_our_names_have_an_order_of_their_own() -> None:
    names = ["fc10", "bn1", "fc2", "fc1"]
    assert are_ours(names, 3)
    assert not are_ours([*names, "fc0"], 4)
    assert not are_ours(["fc1", "fc21", "fc22", "fc3"], 4)
    assert sorted(names, key=our_order) == ["fc1", "bn1", "fc2", "fc10"]


def test_numbers_in_other_names_are_compared_as_numbers() -> None:
    names = ["layer.10.weight", "layer.2.weight", "layer.b"]
    assert sorted(names, key=natural_order) == ["layer.2.weight", "layer.10.weight", "layer.b"]
