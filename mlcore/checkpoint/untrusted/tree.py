"""From a scanned value to one that may be walked: no cycle, not deep, not blown up."""

from __future__ import annotations

from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.rebuild import Ordered, Stub
from mlcore.errors import CheckpointError

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """A copy made of dicts, lists, tuples, numbers, texts, None and `Stub` only.

    The copy is a tree: what a pickle shared is repeated, so its size counts against the limit
    (ten nested lists of ten references each would otherwise stand for 10¹⁰ nodes).

    Raises:
        CheckpointError: the value is nested too deeply, too large, or holds anything else.
    """
    return _Copier().copy(value, 0)


class _Copier:
    def __init__(self) -> None:
        self.nodes = 0

    def copy(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > limits.TREE_DEPTH:
            raise CheckpointError(
                "The file is nested more than {most} levels deep, and checkpoints are flat: "
                "it is no checkpoint.",
                most=limits.TREE_DEPTH,
            )
        if self.nodes > limits.TREE_NODES:
            raise CheckpointError(
                "The file stands for more than {most:,} values beside its tensors: "
                "it is no checkpoint.",
                most=limits.TREE_NODES,
            )
        kind = type(value)
        if kind in (dict, Ordered):
            return {key: self.copy(item, depth + 1) for key, item in value.items()}
        if kind is list:
            return [self.copy(item, depth + 1) for item in value]
        if kind is tuple:
            return tuple(self.copy(item, depth + 1) for item in value)
        if value is None or kind in (bool, int, float, str, Stub):
            return value
        raise CheckpointError(
            "The file holds a part of a tensor on its own: save whole tensors, "
            "with torch.save(model.state_dict(), path)."
        )
