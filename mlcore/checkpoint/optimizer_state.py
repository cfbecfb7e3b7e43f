"""The optimizer's state dict in a file: whose it is, and whether it fits the model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint.untrusted.source import printable, shape_text
from mlcore.checkpoint.untrusted.tensor_reader import is_finite
from mlcore.errors import CheckpointError

__all__ = ["optimizer_name", "parameters_of", "read_optimizer"]

_NEEDS = {
    "sgd": (),
    "adam": ("step", "exp_avg", "exp_avg_sq"),
    "adamw": ("step", "exp_avg", "exp_avg_sq"),
    "rmsprop": ("step", "square_avg"),
    "adagrad": ("step", "sum"),
}
"""What each keeps for a weight once it has made a step."""

_MAY_HAVE = {"sgd": ("momentum_buffer",), "rmsprop": ("momentum_buffer",)}
_OWN_OPTION = {"amsgrad": "adam", "centered": "rmsprop", "lr_decay": "adagrad", "dampening": "sgd"}
_SQUARES = ("exp_avg_sq", "square_avg", "sum")  # never negative
_NUMBERS = (
    "lr",
    "momentum",
    "dampening",
    "weight_decay",
    "eps",
    "alpha",
    "lr_decay",
    "initial_accumulator_value",
    "initial_lr",
    "max_lr",
    "min_lr",
    "max_momentum",
    "base_momentum",
)
_FLAGS = (
    "nesterov",
    "maximize",
    "foreach",
    "differentiable",
    "fused",
    "amsgrad",
    "capturable",
    "centered",
    "decoupled_weight_decay",
)
_NEVER = ("maximize", "amsgrad", "centered")
_PER_DEVICE = ("capturable", "differentiable")  # set for the device that trains


def parameters_of(model: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights that an optimizer moves, in the order of `MLP.parameters()`."""
    return {
        f"{layer}.{field}": model[f"{layer}.{field}"]
        for layer in dict.fromkeys(name.partition(".")[0] for name in model)
        for field in ("weight", "bias")
    }


def optimizer_name(state: Mapping[str, Any]) -> str:
    """Which of our optimizers a checked state dict belongs to, by its options."""
    group = state["param_groups"][0]
    name = next((_OWN_OPTION[key] for key in _OWN_OPTION if key in group), "")
    return "adamw" if name == "adam" and group.get("decoupled_weight_decay") else name


def read_optimizer(value: Any, model: Mapping[str, Tensor]) -> dict[str, Any]:
    """Check a state dict against the model whose weights it moves.

    Raises:
        CheckpointError: it belongs to another optimizer or model, or holds impossible values.
    """
    try:
        return _checked(value, list(parameters_of(model).values()))
    except CheckpointError as error:
        raise CheckpointError(
            "{problem} Use the weights alone to start a new run.", problem=error
        ) from None


def _checked(value: Any, parameters: list[Tensor]) -> dict[str, Any]:
    groups, states = (
        (value.get("param_groups"), value.get("state")) if isinstance(value, dict) else (None, None)
    )
    if not isinstance(groups, list) or len(groups) != 1 or not isinstance(groups[0], dict):
        raise CheckpointError(
            "The optimizer state in the file does not have one group of parameters."
        )
    group = _group(groups[0], len(parameters))
    name = optimizer_name({"param_groups": [group]})
    if not name:
        raise CheckpointError(
            "The optimizer state in the file is of none of {names}.", names=", ".join(_NEEDS)
        )
    if not isinstance(states, dict) or not set(states) <= set(range(len(parameters))):
        raise CheckpointError(
            "The optimizer state in the file is for other parameters than the model's."
        )
    kept = {index: _kept(name, index, state, parameters[index]) for index, state in states.items()}
    if (
        name == "rmsprop"
        and group.get("momentum")
        and not all(state.get("momentum_buffer") is not None for state in kept.values() if state)
    ):
        raise CheckpointError(
            "The optimizer state in the file has a momentum and no momentum buffers."
        )
    return {"state": kept, "param_groups": [group]}


def _group(group: Mapping[str, Any], count: int) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for key, value in group.items():
        number = value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
        if key == "params":
            good = value == list(range(count))
        elif key == "betas":
            good = isinstance(value, list | tuple) and len(value) == 2
            good = good and all(_is_number(item) and item < 1 for item in value)
        elif key in _FLAGS:
            good = value is None or (type(value) is bool and not (value and key in _NEVER))
        else:
            good = key in _NUMBERS and _is_number(number)
        if not good:
            raise CheckpointError(
                "The option `{option}` of the optimizer in the file has an impossible value.",
                option=printable(key),
            )
        checked[key] = number
    if "params" not in checked or "lr" not in checked:
        raise CheckpointError("The optimizer state in the file lacks `params` or `lr`.")
    return checked | {key: False for key in _PER_DEVICE if key in checked}


def _kept(name: str, index: int, state: Any, weight: Tensor) -> dict[str, Any]:
    """What is kept for one weight: tensors of its shape, and the count of steps."""
    needs, may = _NEEDS[name], (*_NEEDS[name], *_MAY_HAVE.get(name, ()))
    complete = isinstance(state, dict) and (not state or set(needs) <= set(state))
    if not complete or not set(state) <= set(may):
        raise CheckpointError(
            "What the optimizer in the file keeps for weight {index} is not what {name} keeps.",
            index=index,
            name=name,
        )
    checked: dict[str, Any] = {}
    for key, value in state.items():
        if key == "step":
            checked[key] = _steps(value)
        elif value is None and key == "momentum_buffer":
            checked[key] = None
        else:
            checked[key] = _average(key, value, index, weight)
    return checked


def _steps(value: Any) -> Tensor:
    count = value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
    if not _is_number(count) or count > 2**53:
        raise CheckpointError("The optimizer's count of steps in the file is no whole number.")
    return torch.tensor(float(count))


def _average(key: str, value: Any, index: int, weight: Tensor) -> Tensor:
    if isinstance(value, Tensor) and value.shape != weight.shape:
        raise CheckpointError(
            "The optimizer's `{key}` of weight {index} has shape {shape} instead of {wanted}.",
            key=key,
            index=index,
            shape=shape_text(tuple(value.shape)),
            wanted=shape_text(tuple(weight.shape)),
        )
    average = value.float() if isinstance(value, Tensor) and value.is_floating_point() else None
    if average is None or not is_finite(average) or (key in _SQUARES and bool((average < 0).any())):
        raise CheckpointError(
            "The optimizer's `{key}` of weight {index} holds impossible values.",
            key=key,
            index=index,
        )
    return average


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < 1e300 and math.isfinite(value)
