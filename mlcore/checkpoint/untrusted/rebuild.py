"""A tensor in a checkpoint's pickle, replaced by a note of where its numbers lie.

Source: `torch/_utils.py` for the arguments of the rebuild functions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mlcore.checkpoint.untrusted import limits, names
from mlcore.checkpoint.untrusted.inert import Inert
from mlcore.checkpoint.untrusted.names import Global
from mlcore.checkpoint.untrusted.source import printable, shape_text
from mlcore.errors import CheckpointError

__all__ = [
    "ITEM_BYTES",
    "STORED_BYTES",
    "Storage",
    "Stub",
    "persistent",
    "read_shape",
    "tensor",
]

ITEM_BYTES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
}
"""The kinds of numbers that are read, and the bytes of one."""

STORED_BYTES = ITEM_BYTES | {
    "bool": 1,
    "complex64": 8,
    "complex128": 16,
    "qint8": 1,
    "quint8": 1,
    "qint32": 4,
    "bytes": 1,
}
"""The same with those that are only skipped."""


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
        return math.prod(self.shape) * STORED_BYTES[self.dtype]

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its storage, in the order in which it lies there."""
        return self.strides is None and math.prod(self.shape) == self.storage.numel


def persistent(identity: Any) -> Storage | Inert | Global:
    """What a persistent id stands for: ("storage", kind, key, location, count[, None]).

    Before torch 1.6 also ("module", class, file, source), which stands for the class.

    Raises:
        CheckpointError: it describes anything else.
    """
    if not isinstance(identity, tuple) or len(identity) not in (4, 5, 6):
        raise CheckpointError(
            "The file's pickle refers to outside data: save it again with torch.save."
        )
    if identity[0] == "module" and isinstance(identity[1], Global):
        return identity[1]
    if len(identity) < 5:
        raise _odd_storage()
    word, kind, key, location, numel = identity[:5]
    view = identity[5] if len(identity) == 6 else None
    if word != "storage" or not isinstance(kind, Global):
        raise _odd_storage()
    if not isinstance(key, str) or not 0 < len(key) <= limits.TEXT or not isinstance(location, str):
        raise _odd_storage()
    if view is not None or type(numel) is not int or not 0 <= numel <= limits.MAX_BYTES:
        raise _odd_storage()
    if location.startswith("meta"):
        problem = CheckpointError(
            "The file holds a meta tensor, which has no values: save a real model's."
        )
        return Inert(kind.name, problem=problem)
    return Storage(names.STORAGES.get(kind.name, kind.name), key, numel)


def tensor(storage: Any, offset: Any, size: Any, stride: Any) -> Stub | Inert:
    """The tensor that these arguments of a rebuild function describe.

    What cannot be read is noted, with the reason: it may be none that is needed.
    """
    try:
        if isinstance(storage, Inert):
            return Inert("torch.Tensor", problem=storage.problem or _odd_tensor())
        if not isinstance(storage, Storage):
            raise _odd_tensor()
        return _stub(storage, offset, read_shape(size), read_shape(stride))
    except CheckpointError as error:
        return Inert("torch.Tensor", problem=error.with_traceback(None))


def _stub(storage: Storage, offset: Any, shape: tuple[int, ...], strides: tuple[int, ...]) -> Stub:
    if storage.dtype not in STORED_BYTES or storage.dtype == "bytes":
        raise CheckpointError(
            "The file holds numbers of a kind that no model here has (`{name}`): "
            "save float32 tensors.",
            name=printable(storage.dtype),
        )
    numel = math.prod(shape)
    if len(strides) != len(shape) or type(offset) is not int:
        raise _odd_tensor()
    if numel > storage.numel:
        raise CheckpointError(
            "The file holds a tensor of shape {shape} over {count:,} stored numbers, and each "
            "must have its own: save `tensor.clone()` of it.",
            shape=shape_text(shape),
            count=storage.numel,
        )
    last = sum(step * (size - 1) for step, size in zip(strides, shape, strict=True)) if numel else 0
    if numel and (offset < 0 or offset + last >= storage.numel):
        raise CheckpointError(
            "The file holds a tensor of shape {shape} that reaches beyond its {count:,} stored "
            "numbers: it is damaged; copy or save it again.",
            shape=shape_text(shape),
            count=storage.numel,
        )
    if _same(shape, strides, _row_major(shape)):
        return Stub(storage, shape, offset=offset if numel else 0)
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


def read_shape(value: Any) -> tuple[int, ...]:
    """A list of sizes or strides.

    Raises:
        CheckpointError: it is none, or has more axes than any tensor here.
    """
    good = isinstance(value, tuple | list) and len(value) <= limits.DIMENSIONS
    if not good or not all(type(n) is int and 0 <= n <= limits.MAX_BYTES for n in value):
        raise CheckpointError(
            "The file holds a tensor whose shape is no short list of sizes: "
            "save it again with torch.save."
        )
    return tuple(value)


def _odd_storage() -> CheckpointError:
    return CheckpointError(
        "The file describes a tensor's numbers as torch.save never does: "
        "save it again with torch.save."
    )


def _odd_tensor() -> CheckpointError:
    return CheckpointError(
        "The file puts values together as torch.save never does: save it again with torch.save."
    )
