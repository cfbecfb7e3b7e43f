"""Layers that a state dict names twice."""

from __future__ import annotations

from collections.abc import Mapping

from mlcore.checkpoint.layer_names import are_numbered
from mlcore.checkpoint.untrusted.rebuild import Stub

__all__ = ["without_aliases"]


def without_aliases(groups: Mapping[str, dict[str, Stub]]) -> dict[str, dict[str, Stub]]:
    """Leave out layers whose tensors are those of an earlier layer.

    One module under two names (`self.layers = …`, `self.net = nn.Sequential(*self.layers)`) is one
    layer. Two members of one container ("net.2" and "net.4") are one module that is used twice,
    and both stay.
    """
    kept: dict[str, dict[str, Stub]] = {}
    for name, fields in groups.items():
        twin = next((other for other, known in kept.items() if _same(fields, known)), None)
        if twin is None or _are_one_container(name, twin):
            kept[name] = fields
    return kept


def _same(one: Mapping[str, Stub], other: Mapping[str, Stub]) -> bool:
    return one.keys() == other.keys() and all(
        (a.storage.key, a.shape, a.strides, a.offset)
        == (b.storage.key, b.shape, b.strides, b.offset)
        for a, b in ((one[field], other[field]) for field in one)
    )


def _are_one_container(one: str, other: str) -> bool:
    """Whether two names are those of members of one container, which differ in a number."""
    parents = {name.rpartition(".")[0] for name in (one, other)}
    return len(parents) == 1 and are_numbered((one, other))
