"""Where in a file's values the model's state dict lies, whatever key it was given."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlcore.checkpoint.untrusted.rebuild import Stub

__all__ = ["MODEL_KEYS", "OPTIMIZER_KEYS", "find_model", "find_optimizer", "flattened", "listed"]

MODEL_KEYS = (
    "model_state_dict",
    "state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "module",
    "model_weights",
    "weights",
    "params",
    "parameters",
    "best_model_state_dict",
    "best_model",
    "best_state_dict",
    "ema_state_dict",
    "model_ema",
    "ema",
)
"""Keys under which the model lies, the likeliest first."""

OPTIMIZER_KEYS = (
    "optimizer_state_dict",
    "optim_state_dict",
    "optimizer_state",
    "optimizer",
    "optim",
    "opt",
    "optimizer_states",
)
_DEPTH = 4  # dictionaries within dictionaries that are searched
_NAMED = re.compile(
    r".*[./](?!_extra_state$).*|weight|bias|kernel|[wWb]_?\d{1,3}|.*_(weight|bias)", re.DOTALL
)
"""What the names of a layer's tensors look like."""


def find_model(tree: Mapping[Any, Any]) -> tuple[str, ...]:
    """The keys that lead to the state dict; none where the values are one themselves.

    Where several dictionaries hold tensors and no key tells them apart, all of what holds them is
    taken as one model, as of an encoder and a classifier.
    """
    found = next(_search(tree, _DEPTH), None)
    if found is not None:
        return found
    named = (key for key in MODEL_KEYS if isinstance(tree.get(key), dict) and tree[key])
    return tuple(itertools.islice(named, 1))


def find_optimizer(tree: Mapping[Any, Any]) -> str | None:
    """The key of the optimizer's state dict beside the model's, or None."""
    for key in OPTIMIZER_KEYS:
        if isinstance(_only(tree.get(key)), dict):
            return key
    others = [key for key, value in tree.items() if _is_optimizer(value) and isinstance(key, str)]
    return others[0] if len(others) == 1 else None


def flattened(tree: Mapping[Any, Any]) -> dict[str, Any]:
    """A state dict with its nested dictionaries under joined names, without what is beside it.

    `{"fc1": {"weight": …}}` is `{"fc1.weight": …}`. Values that are no tensors stay where their
    name is that of a layer's tensor: a weight that cannot be read must not be passed over.
    """
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and isinstance(key, str) and not _is_optimizer(value):
            parts = flattened(value) if _holds_tensors(value, _DEPTH) else {}
            flat |= {f"{key}.{name}": item for name, item in parts.items()}
        elif not isinstance(key, str) or _NAMED.fullmatch(key) or _is_float(key, value):
            flat[key] = value
    return flat


def listed(values: list[Any] | tuple[Any, ...]) -> dict[str, Any] | None:
    """A list of matrices and vectors, as of `model.parameters()`, as a state dict; else None."""
    named: dict[str, Any] = {}
    for value in values:
        axes = len(value.shape) if isinstance(value, Stub) else 0
        last = f"{len(named) - 1}.weight"
        if axes == 2:
            named[f"{len(named)}.weight"] = value
        elif axes == 1 and last in named:
            named[f"{len(named) - 1}.bias"] = value
        else:
            return None
    return named or None


def _search(tree: Mapping[Any, Any], depth: int) -> Iterator[tuple[str, ...]]:
    likely = [key for key in MODEL_KEYS if _holds_tensors(tree.get(key), depth)]
    for key in likely:
        yield from ((key, *rest) for rest in _search(tree[key], depth - 1))
    if any(_is_weight(value) for value in tree.values()):
        yield ()
    holding = [
        key for key, value in tree.items() if isinstance(key, str) and _holds_tensors(value, depth)
    ]
    if len(holding) == 1:
        yield from ((holding[0], *rest) for rest in _search(tree[holding[0]], depth - 1))
    elif holding:
        yield ()


def _holds_tensors(value: Any, depth: int) -> bool:
    """Whether it is a dictionary with a matrix somewhere in it, and no optimizer's."""
    if not isinstance(value, dict) or _is_optimizer(value) or depth < 1:
        return False
    return any(_is_weight(item) or _holds_tensors(item, depth - 1) for item in value.values())


def _is_weight(value: Any) -> bool:
    return isinstance(value, Stub) and len(value.shape) >= 2


def _is_float(key: str, value: Any) -> bool:
    """Whether it is a tensor that may be a weight: no count, no loss, no random state."""
    return isinstance(value, Stub) and value.dtype.startswith(("float", "bfloat")) and key != "loss"


def _is_optimizer(value: Any) -> bool:
    return isinstance(value, dict) and "param_groups" in value


def _only(value: Any) -> Any:
    """The entry of a list of one, as Lightning keeps its optimizers."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
