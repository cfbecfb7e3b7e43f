"""An optimizer that was pickled whole, as the state dict that it would give."""

from __future__ import annotations

from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.inert import Inert, attributes, table_of, table_size
from mlcore.checkpoint.untrusted.rebuild import Stub

__all__ = ["is_optimizer", "state_dict_of"]

_OPTIONS = 64  # of a group of parameters, at most


def is_optimizer(value: Any) -> bool:
    """Whether an object has what a `torch.optim.Optimizer` has."""
    state = attributes(value)
    return state is not None and isinstance(state.get("param_groups"), list) and "state" in state


def state_dict_of(value: Inert) -> dict[str, Any] | None:
    """Its state dict: the parameters numbered in the order of their groups; None if it has none."""
    state = attributes(value) or {}
    groups, kept = state["param_groups"], state["state"]
    size = table_size(kept)
    if len(groups) > _OPTIONS or size is None or size > limits.TENSORS:
        return None
    numbers: dict[Any, int] = {}
    numbered = []
    for group in groups:
        if type(group) is not dict or len(group) > _OPTIONS:
            return None
        parameters = group.get("params")
        if not isinstance(parameters, list) or len(parameters) > limits.TENSORS:
            return None
        if not all(isinstance(parameter, Stub) for parameter in parameters):
            return None
        places = [numbers.setdefault(parameter, len(numbers)) for parameter in parameters]
        numbered.append({**group, "params": places})
    states = {numbers.get(key, key): item for key, item in table_of(kept).items()}
    return {"state": states, "param_groups": numbered}
