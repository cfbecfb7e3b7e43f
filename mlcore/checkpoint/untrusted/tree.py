"""From a scanned value to one that may be walked: no cycle, not deep, not blown up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.inert import (
    Inert,
    Ordered,
    PickledModule,
    attributes,
    table_of,
    table_size,
    type_name,
)
from mlcore.checkpoint.untrusted.modules import is_module, read_module
from mlcore.checkpoint.untrusted.optimizers import is_optimizer, state_dict_of
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.errors import CheckpointError

__all__ = ["plain"]

_SINGLE = (bool, int, float, str, type(None))
_LONG = 256  # entries of a list that is looked at as one


def plain(value: Any) -> Any:
    """A copy made of dicts, lists, tuples, numbers, texts, None, `Stub` and `Inert` only.

    The copy is a tree: what a pickle shared is repeated, so its size counts against the limit
    (ten nested lists of ten references each would otherwise stand for 10¹⁰ nodes). A module that
    was pickled whole is a `PickledModule`, an optimizer its state dict; an object at the outside
    is the dictionary of its attributes. An entry of the outermost dictionaries that is too large
    or too deep is inert, so that it spoils no other.

    Raises:
        CheckpointError: all of it is nested too deeply, or too large.
    """
    if isinstance(value, Inert) and not is_module(value) and table_size(value) is None:
        value = attributes(value) or value
    return _Copier().copy(value, 0)


class _Copier:
    """Counts the nodes of all that it copies, and of the entry in which it is."""

    def __init__(self) -> None:
        self.nodes = self.entry = 0
        self.read: dict[int, Any] = {}

    def copy(self, value: Any, depth: int) -> Any:
        self.count(1, depth)
        kind = type(value)
        if kind in _SINGLE or kind is Stub:
            return value
        if kind in (dict, Ordered):
            return self.table(value.items(), depth)
        if kind in (list, tuple):
            return self.items(value, depth)
        return self.object(value, depth)

    def count(self, nodes: int, depth: int) -> None:
        self.nodes += nodes
        self.entry += nodes
        if depth > limits.TREE_DEPTH:
            raise CheckpointError(
                "The file is nested more than {most} levels deep, and checkpoints are flat: "
                "it is no checkpoint.",
                most=limits.TREE_DEPTH,
            )
        if self.nodes > limits.TREE_NODES or self.entry > limits.ENTRY_NODES:
            raise CheckpointError(
                "The file stands for more than {most:,} values beside its tensors: "
                "it is no checkpoint.",
                most=limits.TREE_NODES if self.nodes > limits.TREE_NODES else limits.ENTRY_NODES,
            )

    def table(self, pairs: Iterable[tuple[Any, Any]], depth: int) -> dict[Any, Any]:
        if depth > 1:
            return {key: self.copy(item, depth + 1) for key, item in pairs}
        return {key: self.entry_of(item, depth + 1) for key, item in pairs}

    def entry_of(self, value: Any, depth: int) -> Any:
        """An entry of the outer dictionaries: what cannot be copied is inert."""
        before = self.entry
        self.entry = 0 if depth == 1 else before
        try:
            return self.copy(value, depth)
        except CheckpointError as error:
            self.entry = before
            return Inert(type_name(value), problem=error.with_traceback(None))

    def items(self, value: list[Any] | tuple[Any, ...], depth: int) -> Any:
        if len(value) > _LONG and {type(item) for item in value} <= set(_SINGLE):
            self.count(len(value) // 16, depth)
            return value
        return type(value)(self.copy(item, depth + 1) for item in value)

    def object(self, value: Any, depth: int) -> Any:
        """A module, an optimizer, a kind of dictionary; all others are inert."""
        if not isinstance(value, Inert):
            return Inert(type_name(value))
        if value.state is None and value.items is None and not value.arguments:
            return value
        if is_module(value) or is_optimizer(value):
            return self.module_or_optimizer(value, depth)
        size = table_size(value)
        if size is None:
            return Inert(value.name, problem=value.problem)
        self.count(size, depth)
        return self.table(table_of(value).items(), depth)

    def module_or_optimizer(self, value: Inert, depth: int) -> Any:
        """The state dict of one of them; each is read once, and only some of them."""
        if id(value) not in self.read:
            if len(self.read) == limits.OBJECTS:
                return Inert(value.name)
            self.read[id(value)] = read_module(value) if is_module(value) else state_dict_of(value)
        found = self.read[id(value)]
        if isinstance(found, PickledModule):
            self.count(len(found), depth)
            return found
        return Inert(value.name) if found is None else self.table(found.items(), depth)
