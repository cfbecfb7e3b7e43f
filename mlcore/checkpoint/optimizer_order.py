"""Which weight of the model an optimizer in a file means by each of its keys.

Stock torch numbers weights in the order in which they were given to the optimizer, group by group:
mostly that of the file's state dict, but groups may take them in another.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from torch import Tensor

from mlcore.errors import CheckpointError

__all__ = ["match_weights"]


def match_weights(
    groups: Sequence[Mapping[str, Any]],
    states: Mapping[Hashable, Any],
    weights: Mapping[str, Tensor],
    sources: Mapping[str, str],
) -> dict[str, Hashable]:
    """Name of each of the model's weights → its key in the optimizer's state.

    Weights are told apart by their names where the file keeps those, else by their order, else,
    where the shapes do not fit that order, by shapes that only one weight has.

    Args:
        groups: as in a state dict.
        states: key → what the optimizer keeps for a weight; only shapes are looked at.
        weights: the model's, by name.
        sources: name of a weight in the file → its name in `weights`, in the file's order.

    Raises:
        CheckpointError: the optimizer moves other weights, or not all of them.
    """
    keys = [key for group in groups for key in _listed(group, "params")]
    if len(set(keys)) != len(keys) or not all(type(key) in (int, str) for key in keys):
        raise _impossible()
    if len(keys) != len(weights):
        raise CheckpointError(
            "The optimizer in the file moves {count:,} of the weights and biases, "
            "and the model has {wanted:,}, all of which are trained here.",
            count=len(keys),
            wanted=len(weights),
        )
    named = _by_names(groups, keys, sources)
    if named is not None and set(named) == set(weights):
        return named
    ordered = dict(zip((name for name in sources.values() if name in weights), keys, strict=False))
    if len(ordered) != len(weights):
        ordered = dict(zip(weights, keys, strict=True))
    if all(_fits(states.get(key), weights[name]) for name, key in ordered.items()):
        return ordered
    return _by_shapes(keys, states, weights) or ordered


def _listed(group: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = group.get(key)
    if not isinstance(value, list | tuple):
        raise _impossible()
    return value


def _impossible() -> CheckpointError:
    return CheckpointError(
        "The option `{option}` of the optimizer in the file has an impossible value.",
        option="params",
    )


def _by_names(
    groups: Sequence[Mapping[str, Any]], keys: Sequence[Any], sources: Mapping[str, str]
) -> dict[str, Hashable] | None:
    """By the names that `named_parameters` gave, or that are the keys themselves."""
    names: list[Any] = []
    for group in groups:
        given = group.get("param_names")
        names += given if isinstance(given, list | tuple) else group["params"]
    if len(names) != len(keys) or not all(isinstance(name, str) for name in names):
        return None
    found: dict[str, Hashable] = {}
    for name, key in zip(names, keys, strict=True):
        fitting = [ours for source, ours in sources.items() if _same_name(name, source)]
        if len(fitting) != 1:
            return None
        found[fitting[0]] = key
    return found


def _same_name(name: str, source: str) -> bool:
    """Whether two names differ by a prefix alone, as in "module.fc1.weight"."""
    return name == source or name.endswith(f".{source}") or source.endswith(f".{name}")


def _fits(state: Any, weight: Tensor) -> bool:
    shape = _shape(state)
    return shape is None or shape == weight.shape


def _shape(state: Any) -> Any:
    """The shape of what is kept for a weight; None where nothing of its shape is kept."""
    kept = state.items() if isinstance(state, dict) else ()
    return next((v.shape for key, v in kept if key != "step" and isinstance(v, Tensor)), None)


def _by_shapes(
    keys: Sequence[Hashable], states: Mapping[Hashable, Any], weights: Mapping[str, Tensor]
) -> dict[str, Hashable] | None:
    """By shapes, where each is of one weight and one key alone."""
    shapes = {key: _shape(states.get(key)) for key in keys}
    found: dict[str, Hashable] = {}
    for name, weight in weights.items():
        fitting = [key for key in keys if shapes[key] == weight.shape]
        if len(fitting) != 1:
            return None
        found[name] = fitting[0]
    return found if len(set(found.values())) == len(weights) else None
