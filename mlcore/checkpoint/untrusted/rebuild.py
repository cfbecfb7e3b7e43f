"""What a checkpoint's pickle would call, each replaced by a note of what it would have built.

Source: `torch/_utils.py` for the arguments of the rebuild functions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mlcore.checkpoint.untrusted import limits, names
from mlcore.checkpoint.untrusted.names import Global
from mlcore.checkpoint.untrusted.source import shape_text
from mlcore.errors import CheckpointError

__all__ = [
    "ITEM_BYTES",
    "Ordered",
    "Storage",
    "Stub",
    "build",
    "persistent",
    "reduce",
]

ITEM_BYTES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int64": 8,
    "int32": 4,
    "uint8": 1,
}
"""The kinds of numbers that are read, and the bytes of one."""


@dataclass(frozen=True, slots=True)
class Storage:
    """A block of numbers kept elsewhere in the file under `key`."""

    dtype: str
    key: str
    numel: int


@dataclass(frozen=True, slots=True, eq=False)
class Stub:
    """Stands where a tensor will be: numbers of a storage, seen in `shape`.

    `strides` are the steps, in numbers, from one entry of an axis to the next; None stands for
    rows that follow one another. Tensors may be views of one storage, also of the same numbers;
    none has more numbers than its storage, and none reaches beyond it.
    """

    storage: Storage
    shape: tuple[int, ...]
    strides: tuple[int, ...] | None = None
    offset: int = 0

    @property
    def dtype(self) -> str:
        """The kind of its numbers, as in "float32"."""
        return self.storage.dtype

    @property
    def nbytes(self) -> int:
        """Bytes of its numbers in the file."""
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its storage, in the order in which it lies there."""
        return self.strides is None and math.prod(self.shape) == self.storage.numel


class Ordered(dict[Any, Any]):
    """An OrderedDict; unlike a plain dictionary it may be given attributes."""


def persistent(identity: Any) -> Storage:
    """The storage that a persistent id describes: ("storage", kind, key, location, count[, None]).

    Raises:
        CheckpointError: it describes anything else.
    """
    if not isinstance(identity, tuple) or len(identity) not in (5, 6):
        raise CheckpointError(
            "The file's pickle refers to outside data: save it again with torch.save."
        )
    if identity[0] == "module":
        raise CheckpointError(
            "The file holds a whole pickled module: "
            "save its numbers, with torch.save(model.state_dict(), path)."
        )
    word, kind, key, location, numel = identity[:5]
    view = identity[5] if len(identity) == 6 else None
    if word != "storage" or not isinstance(kind, Global) or kind.name not in names.STORAGES:
        raise _odd_storage()
    if not isinstance(key, str) or not 0 < len(key) <= limits.TEXT or not isinstance(location, str):
        raise _odd_storage()
    if location.startswith("meta"):
        raise CheckpointError(
            "The file holds a meta tensor, which has no values: save a real model's."
        )
    if view is not None or type(numel) is not int or not 0 <= numel <= limits.MAX_BYTES:
        raise _odd_storage()
    return Storage(names.STORAGES[kind.name], key, numel)


def reduce(function: Any, arguments: Any) -> Any:
    """What calling `function` would have built, as a plain value or `Stub`.

    Raises:
        CheckpointError: the function or its arguments are not what `torch.save` writes.
    """
    name = function.name if isinstance(function, Global) else ""
    if name not in names.CALLS or not isinstance(arguments, tuple):
        raise _odd_call()
    if name == names.ORDERED_DICT:
        if arguments:
            raise _odd_call()
        return Ordered()
    if name == names.SIZE:
        return _shape(arguments[0] if len(arguments) == 1 else None)
    if name == names.PARAMETER:
        if len(arguments) < 2 or not isinstance(arguments[0], Stub):
            raise _odd_call()
        return arguments[0]
    least = 6 if name == names.TENSOR_V2 else 4
    if len(arguments) < least or not isinstance(arguments[0], Storage):
        raise _odd_call()
    return _tensor(arguments[0], *arguments[1:4])


def _tensor(storage: Storage, offset: Any, size: Any, stride: Any) -> Stub:
    shape, strides = _shape(size), _shape(stride)
    numel = math.prod(shape)
    if len(strides) != len(shape) or numel > storage.numel:
        raise CheckpointError(
            "The file holds a tensor of shape {shape} over {count:,} stored numbers, and each "
            "must have its own: save `tensor.clone()` of it.",
            shape=shape_text(shape),
            count=storage.numel,
        )
    last = sum(step * (size - 1) for step, size in zip(strides, shape, strict=True)) if numel else 0
    if type(offset) is not int or offset < 0 or offset + last >= max(storage.numel, 1):
        raise CheckpointError(
            "The file holds a tensor of shape {shape} that reaches beyond its {count:,} stored "
            "numbers: it is damaged; copy or save it again.",
            shape=shape_text(shape),
            count=storage.numel,
        )
    if _same(shape, strides, _row_major(shape)):
        return Stub(storage, shape, offset=offset)
    return Stub(storage, shape, strides, offset)


def _same(shape: tuple[int, ...], strides: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether strides agree wherever they matter (an axis of one entry never moves)."""
    if 0 in shape:
        return True
    return all(
        size == 1 or one == other for size, one, other in zip(shape, strides, wanted, strict=True)
    )


def _row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def _shape(value: Any) -> tuple[int, ...]:
    if isinstance(value, list):
        value = tuple(value)
    good = isinstance(value, tuple) and len(value) <= limits.DIMENSIONS
    if not good or not all(type(n) is int and 0 <= n <= limits.MAX_BYTES for n in value):
        raise CheckpointError(
            "The file holds a tensor whose shape is no short list of sizes: "
            "save it again with torch.save."
        )
    return tuple(value)


def build(target: Any, state: Any) -> None:
    """Accept the one attribute that state dicts carry (`_metadata`), and drop it.

    Raises:
        CheckpointError: attributes are set on anything else, a plain dictionary included.
    """
    if not isinstance(target, Ordered) or type(state) is not dict or set(state) - {"_metadata"}:
        raise CheckpointError(
            "The file would set attributes of Python objects, which is not allowed: "
            "save tensors and numbers alone, with torch.save(model.state_dict(), path)."
        )


def _odd_storage() -> CheckpointError:
    return CheckpointError(
        "The file describes a tensor's numbers as torch.save never does: "
        "save it again with torch.save."
    )


def _odd_call() -> CheckpointError:
    return CheckpointError(
        "The file puts values together as torch.save never does: save it again with torch.save."
    )
