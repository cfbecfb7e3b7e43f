"""What the names in a state dict say: which tensors make a layer, and in what order layers come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError

__all__ = ["are_ours", "group_layers", "natural_order", "our_order"]

_PREFIXES = ("module.", "_orig_mod.")  # of DataParallel and torch.compile
_OURS = re.compile(r"(fc|bn)([1-9]\d{0,2})")


def group_layers(tensors: Mapping[str, Stub]) -> dict[str, dict[str, Stub]]:
    """Group by layer: "fc1" → {"weight": …, "bias": …}; wrappers' prefixes are dropped.

    Raises:
        CheckpointError: a tensor belongs to no layer, or a layer has it twice.
    """
    layers: dict[str, dict[str, Stub]] = {}
    for full, stub in tensors.items():
        name = full
        while name.startswith(_PREFIXES):
            name = name.removeprefix("module.").removeprefix("_orig_mod.")
        layer, _, field = name.rpartition(".")
        if not layer or field in layers.get(layer, {}):
            raise CheckpointError(
                "`{name}` belongs to no layer of its own: "
                "a state dict has names such as `fc1.weight`.",
                name=printable(full),
            )
        layers.setdefault(layer, {})[field] = stub
    return layers


def are_ours(names: Iterable[str]) -> bool:
    """Whether all layers are named as in `mlcore.model.MLP`: fc1, bn1, fc2 and so on."""
    return all(_OURS.fullmatch(name) for name in names)


def our_order(name: str) -> tuple[int, int]:
    """Sort key of our own names: each batch norm behind its linear layer."""
    match = _OURS.fullmatch(name)
    assert match is not None
    return int(match[2]), ("fc", "bn").index(match[1])


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts "2" before "10"."""
    return [
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d{1,9})", name)
    ]
