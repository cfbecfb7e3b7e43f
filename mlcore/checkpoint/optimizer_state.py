"""The optimizer's state dict in a file: whose it is, and whether it fits the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint.optimizer_options import (
    Options,
    as_number,
    is_number,
    name_of,
    read_options,
)
from mlcore.checkpoint.optimizer_order import match_weights
from mlcore.checkpoint.untrusted.source import shape_text
from mlcore.checkpoint.untrusted.tensor_reader import is_finite
from mlcore.errors import CheckpointError, Notice

__all__ = ["FoundOptimizer", "optimizer_name", "parameters_of", "read_optimizer", "same_state"]

_NEEDS = {
    "sgd": (),
    "adam": ("step", "exp_avg", "exp_avg_sq"),
    "adamw": ("step", "exp_avg", "exp_avg_sq"),
    "rmsprop": ("step", "square_avg"),
    "adagrad": ("step", "sum"),
}
"""What each keeps for a weight once it has made a step."""

_MAY_HAVE = {
    "sgd": {"momentum_buffer": ""},
    "adam": {"max_exp_avg_sq": "amsgrad"},
    "adamw": {"max_exp_avg_sq": "amsgrad"},
    "rmsprop": {"momentum_buffer": "momentum", "grad_avg": "centered"},
    "adagrad": {},
}
"""What each may keep besides → the option with which it must."""

_SQUARES = ("exp_avg_sq", "max_exp_avg_sq", "square_avg", "sum")  # never negative
_PER_DEVICE = ("capturable", "differentiable")  # set for the device that trains


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOptimizer:
    """An optimizer's state dict that fits the model, and what to know about it.

    Attributes:
        state: a state dict with one group; weights are numbered as in `MLP.parameters()`.
        notes: what of the file is not, or not quite, as it was.
        assumed: what the file leaves open.
    """

    state: dict[str, Any]
    notes: tuple[Notice, ...] = ()
    assumed: tuple[Notice, ...] = ()


def parameters_of(model: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights that an optimizer moves, in the order of `MLP.parameters()`."""
    return {
        f"{layer}.{field}": model[f"{layer}.{field}"]
        for layer in dict.fromkeys(name.partition(".")[0] for name in model)
        for field in ("weight", "bias")
        if f"{layer}.{field}" in model
    }


def optimizer_name(state: Mapping[str, Any]) -> str:
    """Which of our optimizers a checked state dict belongs to, by its options."""
    return name_of(state["param_groups"][0])


def same_state(one: str, other: str) -> bool:
    """Whether two optimizers keep the same for a weight, so that one can take over."""
    return _NEEDS.get(one) == _NEEDS.get(other)


def read_optimizer(
    value: Any,
    model: Mapping[str, Tensor],
    *,
    sources: Mapping[str, str] | None = None,
    strict: bool = True,
) -> FoundOptimizer:
    """Check a state dict against the model whose weights it moves.

    Args:
        value: the state dict.
        model: the model's state dict, checked.
        sources: name of a weight in the file → its name in `model`, in the file's order; None:
            as in the model.
        strict: refuse options that no stock optimizer has, instead of leaving them out.

    Raises:
        CheckpointError: it belongs to another optimizer or model, or holds impossible values.
    """
    weights = parameters_of(model)
    order = sources or {name: name for name in weights}
    try:
        return _checked(value, weights, order, strict=strict)
    except CheckpointError as error:
        raise CheckpointError(
            "{problem} Use the weights alone to start a new run.", problem=error
        ) from None


def _checked(
    value: Any, weights: Mapping[str, Tensor], sources: Mapping[str, str], *, strict: bool
) -> FoundOptimizer:
    groups, states = (
        (value.get("param_groups"), value.get("state")) if isinstance(value, dict) else (None, None)
    )
    groups = [one for one in groups if _has_weights(one)] if isinstance(groups, list) else []
    if not groups or not all(isinstance(one, dict) for one in groups):
        raise CheckpointError(
            "The optimizer state in the file does not have one group of parameters."
        )
    options = read_options(groups, strict=strict)
    if not isinstance(states, dict):
        raise _other_weights()
    by_weight = match_weights(groups, states, weights, sources)
    if set(states) - set(by_weight.values()):
        raise _other_weights()
    kept = {
        index: _kept(options.name, index, states[by_weight[name]], weight)
        for index, (name, weight) in enumerate(weights.items())
        if by_weight[name] in states
    }
    _check_options(options, kept, len(weights))
    group = {**options.group, "params": list(range(len(weights)))}
    group |= {key: False for key in _PER_DEVICE if key in group}
    return FoundOptimizer(
        state={"state": kept, "param_groups": [group]},
        notes=options.notes,
        assumed=options.assumed,
    )


def _has_weights(group: Any) -> bool:
    """False for a group without a weight, which changes nothing."""
    return not (isinstance(group, dict) and group.get("params") == [])


def _other_weights() -> CheckpointError:
    return CheckpointError(
        "The optimizer state in the file is for other parameters than the model's."
    )


def _check_options(options: Options, kept: Mapping[int, Mapping[str, Any]], count: int) -> None:
    """Make sure that the weights have what the options need."""
    begun = [state for state in kept.values() if state]
    for buffer, option in _MAY_HAVE[options.name].items():
        if options.group.get(option) and any(state.get(buffer) is None for state in begun):
            raise CheckpointError(
                "The optimizer state in the file has {option} and no `{buffer}` for its weights.",
                option=option,
                buffer=buffer,
            )
    if options.group.get("initial_accumulator_value") and len(begun) < count:
        raise CheckpointError(
            "The optimizer in the file begins sums at `initial_accumulator_value`, and they are "
            "not all there."
        )


def _kept(name: str, index: int, state: Any, weight: Tensor) -> dict[str, Any]:
    """What is kept for one weight: tensors of its shape, and the count of steps."""
    needs, may = _NEEDS[name], (*_NEEDS[name], *_MAY_HAVE[name])
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
    count = as_number(value)
    if not is_number(count) or count > 2**53:
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
    average = None
    if isinstance(value, Tensor) and value.is_floating_point():
        average = value.to(weight.dtype)
    if average is None or not is_finite(average) or (key in _SQUARES and bool((average < 0).any())):
        raise CheckpointError(
            "The optimizer's `{key}` of weight {index} holds impossible values.",
            key=key,
            index=index,
        )
    return average
