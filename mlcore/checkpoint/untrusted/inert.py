"""What stands in a file's values for whatever is neither plain nor a tensor: a note, nothing else.

A pickle may hold objects of any class: options, paths, dates, arrays, whole modules. None of
their classes is imported and none of them is made; here is what the pickle said about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.names import Global
from mlcore.errors import CheckpointError

__all__ = [
    "Inert",
    "Ordered",
    "PickledModule",
    "SubModule",
    "attributes",
    "key_of",
    "table_of",
    "table_size",
    "type_name",
]


class Ordered(dict[Any, Any]):
    """An OrderedDict, or another dictionary of the standard library; it may have attributes."""


@dataclass(slots=True, eq=False, repr=False)
class Inert:
    """An object that was not made.

    Attributes:
        name: of its class, or of the function that would have returned it, as in
            "argparse.Namespace".
        arguments: with which it would have been called.
        state: what its attributes would have been set to.
        items: what would have been put into it, where it is a kind of dictionary or list.
        problem: why a tensor cannot be read, where it would have been one.
    """

    name: str
    arguments: tuple[Any, ...] = ()
    state: Any = None
    items: Any = None
    problem: CheckpointError | None = None

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class SubModule:
    """A module without modules of its own inside a pickled one.

    Attributes:
        prefix: of its tensors' names, as in "net.0".
        kind: its class, as in "torch.nn.modules.activation.ReLU".
        options: those of its attributes that are plain numbers, truths or texts.
    """

    prefix: str
    kind: str
    options: dict[str, Any]


class PickledModule(dict[str, Any]):
    """The state dict of a module that was pickled whole, in the order of registration.

    Attributes:
        name: its class, as in "__main__.Net".
        leaves: its innermost modules, in the order of registration.
        in_order: whether they are certainly called in that order, as in an `nn.Sequential`.
    """

    def __init__(self, name: str, leaves: tuple[SubModule, ...], in_order: bool) -> None:
        super().__init__()
        self.name, self.leaves, self.in_order = name, leaves, in_order


def attributes(value: Any) -> dict[Any, Any] | None:
    """The attributes that an object would have had, if a pickle said any."""
    if not isinstance(value, Inert):
        return None
    parts = value.state if isinstance(value.state, tuple) else (value.state,)
    return next((part for part in parts[:2] if isinstance(part, dict)), None)


def table_size(value: Any) -> int | None:
    """How many entries `table_of` looks at, None where a value is no kind of dictionary."""
    table = _table(value)
    return None if table is None else len(table)


def table_of(value: Any) -> dict[Any, Any]:
    """A kind of dictionary as one, empty where it is none."""
    table = _table(value)
    if isinstance(table, list):
        pairs = (pair for pair in table if type(pair) in (list, tuple) and len(pair) == 2)
        return {key_of(key): item for key, item in pairs}
    return table or {}


def _table(value: Any) -> dict[Any, Any] | list[Any] | None:
    """What a kind of dictionary holds; pickles of Python 2 list the pairs of an OrderedDict."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, Inert):
        return None
    if isinstance(value.items, dict):
        return value.items
    pairs = value.arguments[0] if len(value.arguments) == 1 else None
    return pairs if value.name in _DICTIONARIES and isinstance(pairs, list) else None


_DICTIONARIES = ("collections.OrderedDict", "collections.Counter", "builtins.dict")


def type_name(value: Any) -> str:
    """What a value is called in a sentence: "Tensor", "list", "argparse.Namespace"."""
    if isinstance(value, Inert | PickledModule | Global):
        return value.name.removeprefix("builtins.")
    return {"Stub": "Tensor", "Ordered": "OrderedDict"}.get(type(value).__name__, "") or (
        type(value).__name__
    )


def key_of(value: Any) -> Any:
    """A value as the key of a dictionary.

    Short texts and small counting numbers stay what they are: they cannot be made to collide in a
    hash table. Any other value is noted, each as a key of its own.
    """
    small = type(value) is int and 0 <= value < limits.INT_KEYS
    if small or (type(value) is str and len(value) <= limits.TEXT):
        return value
    if isinstance(value, Inert) or type(value).__name__ == "Stub":
        return value
    return Inert(f"builtins.{type(value).__name__}", (value,))
