"""Which weight is meant: by names, by order, by shapes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from mlcore.checkpoint.optimizer_order import match_weights
from mlcore.errors import CheckpointError

WEIGHTS: dict[str, Tensor] = {
    "fc1.weight": torch.zeros(4, 784),
    "fc1.bias": torch.zeros(4),
    "fc2.weight": torch.zeros(3, 4),
    "fc2.bias": torch.zeros(3),
}
SOURCES = {f"net.{name}": name for name in WEIGHTS}


def states(order: list[str]) -> dict[Any, Any]:
    return {
        key: {"step": torch.tensor(1.0), "exp_avg": WEIGHTS[name]} for key, name in enumerate(order)
    }


def test_in_the_order_of_the_file() -> None:
    found = match_weights([{"params": [0, 1, 2, 3]}], states(list(WEIGHTS)), WEIGHTS, SOURCES)
    assert found == dict(zip(WEIGHTS, range(4), strict=True))


def test_layers_that_lie_in_another_order_than_they_follow() -> None:
    order = ["fc2.weight", "fc2.bias", "fc1.weight", "fc1.bias"]
    sources = {f"net.{name}": name for name in order}
    found = match_weights([{"params": [0, 1, 2, 3]}], {}, WEIGHTS, sources)
    assert found == dict(zip(order, range(4), strict=True))


def test_by_shapes_where_the_order_does_not_fit() -> None:
    order = ["fc1.weight", "fc2.weight", "fc1.bias", "fc2.bias"]
    groups = [{"params": [0, 1]}, {"params": [2, 3]}]
    assert match_weights(groups, states(order), WEIGHTS, SOURCES) == dict(
        zip(order, range(4), strict=True)
    )


@pytest.mark.parametrize("prefix", ["", "net.", "module.net."])
def test_by_names_also_with_another_prefix(prefix: str) -> None:
    order = ["fc2.bias", "fc1.weight", "fc2.weight", "fc1.bias"]
    groups = [{"params": [0, 1, 2, 3], "param_names": [prefix + name for name in order]}]
    assert match_weights(groups, {}, WEIGHTS, SOURCES) == dict(zip(order, range(4), strict=True))
    groups = [{"params": [prefix + name for name in order]}]
    found = match_weights(groups, {}, WEIGHTS, SOURCES)
    assert found == {name: prefix + name for name in order}


def test_very_old_files_number_by_addresses() -> None:
    keys = [140_001, 140_007, 139_000, 140_300]
    found = match_weights([{"params": keys}], {}, WEIGHTS, SOURCES)
    assert list(found.values()) == keys


@pytest.mark.parametrize("params", [[0, 0, 1, 2], [0, 1, 2, None], "abcd", None])
def test_keys_that_are_none_are_refused(params: Any) -> None:
    with pytest.raises(CheckpointError, match=r"`params` .* impossible"):
        match_weights([{"params": params}], {}, WEIGHTS, SOURCES)


def test_an_optimizer_of_the_last_layer_alone_is_refused() -> None:
    with pytest.raises(CheckpointError, match=r"moves 2 of .* the model has 4"):
        match_weights([{"params": [0, 1]}], {}, WEIGHTS, SOURCES)
