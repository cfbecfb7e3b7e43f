"""The few names a checkpoint's pickle may call, each replaced by a note of what it stands for.

Nothing here is looked up, imported or called by name. No torch.

Source: `torch/_utils.py` for the arguments of the rebuild functions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.source import shown, words
from mlcore.errors import CheckpointError

__all__ = [
    "ITEM_BYTES",
    "Global",
    "Ordered",
    "Storage",
    "Stub",
    "build",
    "find_global",
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

_STORAGES = {
    "torch.DoubleStorage": "float64",
    "torch.FloatStorage": "float32",
    "torch.HalfStorage": "float16",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "int64",
    "torch.IntStorage": "int32",
    "torch.ByteStorage": "uint8",
}
_ORDERED_DICT = "collections.OrderedDict"
_TENSOR_V2 = "torch._utils._rebuild_tensor_v2"
_TENSOR = "torch._utils._rebuild_tensor"
_PARAMETER = "torch._utils._rebuild_parameter"
_SIZE = "torch.Size"
_CALLS = (_ORDERED_DICT, _TENSOR_V2, _TENSOR, _PARAMETER, _SIZE)

_AS_TENSORS = "save plain dense tensors, with torch.save(model.state_dict(), path)"
_REASONS = (
    ("numpy", "a NumPy value", "save plain Python numbers, as in float(loss)"),
    ("torch._utils._rebuild_sparse", "a sparse tensor", _AS_TENSORS),
    ("torch.serialization._get_layout", "a sparse tensor", _AS_TENSORS),
    ("torch._utils._rebuild_qtensor", "a quantised tensor", _AS_TENSORS),
    ("torch._utils._rebuild_meta", "a meta tensor, which has no values", _AS_TENSORS),
    ("torch.Q", "a quantised tensor", _AS_TENSORS),
    ("torch.Complex", "a complex tensor", _AS_TENSORS),
    ("torch._tensor", "a tensor of a special class", _AS_TENSORS),
    ("torch._utils", "a tensor of a special kind", _AS_TENSORS),
    ("torch.nn", "a whole pickled module", "save its numbers, with torch.save(model.state_dict())"),
    ("__main__", "an object of your own class", "save torch.save(model.state_dict(), path)"),
)


@dataclass(frozen=True, slots=True)
class Global:
    """A name that the pickle mentioned, such as "torch.FloatStorage"; only a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Storage:
    """A block of numbers kept elsewhere in the file under `key`."""

    dtype: str
    key: str
    numel: int


@dataclass(frozen=True, slots=True, eq=False)
class Stub:
    """Stands where a tensor will be: a whole storage, seen in `shape`.

    `transposed` marks a matrix that was stored column by column.
    """

    storage: Storage
    shape: tuple[int, ...]
    transposed: bool = False

    @property
    def dtype(self) -> str:
        """The kind of its numbers, as in "float32"."""
        return self.storage.dtype

    @property
    def nbytes(self) -> int:
        """Bytes in the file."""
        return self.storage.numel * ITEM_BYTES[self.dtype]


class Ordered(dict[Any, Any]):
    """An OrderedDict; unlike a plain dictionary it may be given attributes."""


def find_global(module: str, name: str) -> Global:
    """Take note of a name.

    Raises:
        CheckpointError: it is not among those that tensors need.
    """
    full = f"{module}.{name}"
    if full in _CALLS or full in _STORAGES:
        return Global(full)
    for prefix, what, advice in _REASONS:
        if full.startswith(prefix):
            raise CheckpointError(f"The file holds {what} (`{shown(full)}`): {advice}.")
    if full.startswith("torch.") and full.endswith("Storage"):
        raise CheckpointError(
            f"The file holds numbers of a kind that no model here has (`{shown(full)}`): "
            f"save float32 tensors."
        )
    raise CheckpointError(
        f"The file asks to run `{shown(full)}`, which a checkpoint never needs; it was not run: "
        "use the file only if you trust its source, and save it again as a state dict."
    )


def persistent(identity: Any) -> Storage:
    """The storage that a persistent id describes: ("storage", kind, key, location, count[, None]).

    Raises:
        CheckpointError: it describes anything else.
    """
    if not isinstance(identity, tuple) or len(identity) not in (5, 6):
        raise _odd("a reference to outside data that torch.save does not write")
    if identity[0] == "module":
        raise CheckpointError(
            "The file holds a whole pickled module: "
            "save its numbers, with torch.save(model.state_dict(), path)."
        )
    word, kind, key, location, numel = identity[:5]
    if len(identity) == 6 and identity[5] is not None:
        raise _odd("a view into another storage")
    if word != "storage" or not isinstance(kind, Global) or kind.name not in _STORAGES:
        raise _odd("a storage of an unknown kind")
    if not isinstance(key, str) or not 0 < len(key) <= limits.TEXT or not isinstance(location, str):
        raise _odd("a storage without a proper key")
    if location.startswith("meta"):
        raise CheckpointError(f"The file holds a meta tensor, which has no values: {_AS_TENSORS}.")
    if type(numel) is not int or not 0 <= numel <= limits.MAX_BYTES:
        raise _odd("a storage with an impossible size")
    return Storage(_STORAGES[kind.name], key, numel)


def reduce(function: Any, arguments: Any) -> Any:
    """What calling `function` would have built, as a plain value or `Stub`.

    Raises:
        CheckpointError: the function or its arguments are not what `torch.save` writes.
    """
    name = function.name if isinstance(function, Global) else ""
    if name not in _CALLS or not isinstance(arguments, tuple):
        raise _odd("a call of something that is no function")
    if name == _ORDERED_DICT:
        if arguments:
            raise _odd("an OrderedDict with arguments")
        return Ordered()
    if name == _SIZE:
        return _shape(arguments[0] if len(arguments) == 1 else None)
    if name == _PARAMETER:
        if len(arguments) < 2 or not isinstance(arguments[0], Stub):
            raise _odd("a parameter without a tensor")
        return arguments[0]
    least = 6 if name == _TENSOR_V2 else 4
    if len(arguments) < least or not isinstance(arguments[0], Storage):
        raise _odd("a tensor without a storage")
    return _tensor(arguments[0], *arguments[1:4])


def _tensor(storage: Storage, offset: Any, size: Any, stride: Any) -> Stub:
    shape, strides = _shape(size), _shape(stride)
    numel = math.prod(shape)
    if len(strides) != len(shape) or offset != 0 or numel != storage.numel:
        raise CheckpointError(
            f"The file holds a tensor of shape {words(shape)} over {storage.numel:,} stored "
            "numbers, and each must have just its own: save `tensor.clone()` of it."
        )
    if _same(shape, strides, _row_major(shape)):
        return Stub(storage, shape)
    if len(shape) == 2 and strides == (1, shape[0]):
        return Stub(storage, shape, transposed=True)
    raise CheckpointError(
        f"The file holds a tensor of shape {words(shape)} with odd strides {words(strides)}: "
        "save `tensor.contiguous()` of it."
    )


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
    if not isinstance(value, tuple) or len(value) > limits.DIMENSIONS:
        raise _odd("a tensor whose shape is no short list of sizes")
    if not all(type(item) is int and 0 <= item <= limits.MAX_BYTES for item in value):
        raise _odd("a tensor whose shape is no list of sizes")
    return value


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


def _odd(what: str) -> CheckpointError:
    return CheckpointError(
        f"The file's pickle holds {what}: it is damaged or no checkpoint; save it with torch.save."
    )
