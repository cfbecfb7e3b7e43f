"""What a checkpoint's pickle would call, each replaced by a note of what it would have returned.

Tensors, dictionaries and single NumPy numbers become what they stand for; anything else is inert.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.inert import Inert, Ordered, key_of
from mlcore.checkpoint.untrusted.names import Global, find_global
from mlcore.checkpoint.untrusted.rebuild import Stub, read_shape, tensor
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError

__all__ = ["BYTES", "build", "construct", "put", "reduce"]

BYTES = 64
"""Bytes of a text of bytes that is kept, at most: a single number has 16."""

_NUMPY = {"f8": "d", "f4": "f", "f2": "e", "b1": "?", "i1": "b", "u1": "B"} | dict(
    zip(("i2", "i4", "i8", "u2", "u4", "u8"), "hiqHIQ", strict=True)
)


def reduce(function: Any, arguments: Any) -> Any:
    """What calling `function` would have returned: a plain value, a `Stub`, or a note.

    Raises:
        CheckpointError: it is no function, or these are no arguments.
    """
    if not isinstance(function, Global | Inert) or not isinstance(arguments, tuple):
        raise CheckpointError(
            "The file puts values together as torch.save never does: save it again with torch.save."
        )
    meaning = _MEANINGS.get(function.name) if isinstance(function, Global) else None
    found = meaning(arguments) if meaning else None
    return Inert(function.name, arguments) if found is None else found


def construct(kind: Any, arguments: Any) -> Any:
    """The object of class `kind` that would have been made.

    Raises:
        CheckpointError: it is no class, or these are no arguments.
    """
    return reduce(kind, arguments)


def build(target: Any, state: Any) -> None:
    """Note the attributes that an object would have been given; a dictionary's are dropped.

    Raises:
        CheckpointError: attributes are set on what has none, a plain dictionary included.
    """
    if isinstance(target, Inert):
        target.state = state
    elif not isinstance(target, Ordered) or not isinstance(state, dict):
        raise CheckpointError(
            "The file would set attributes of plain values, which have none: "
            "save tensors and numbers alone, with torch.save(model.state_dict(), path)."
        )


def put(target: dict[Any, Any], pairs: list[Any]) -> None:
    """Set keys and values, one after the other in `pairs`.

    Raises:
        CheckpointError: a key came before.
    """
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        name = key_of(key)
        if name in target:
            raise CheckpointError(
                "The file sets the key `{key}` twice: it is damaged.", key=printable(key)
            )
        target[name] = value


def _dictionary(arguments: tuple[Any, ...]) -> Any:
    """A dictionary of the standard library; what pickles of Python 2 list in it is kept as noted.

    Nothing is copied here: a pickle can ask for that as often as it likes, see `tree`.
    """
    if not arguments:
        return Ordered()
    given = arguments[0]
    return given if len(arguments) == 1 and type(given) in (dict, Ordered) else None


def _default_dictionary(arguments: tuple[Any, ...]) -> Any:
    return Ordered() if len(arguments) <= 1 else None


def _size(arguments: tuple[Any, ...]) -> Any:
    try:
        return read_shape(arguments[0] if len(arguments) == 1 else None)
    except CheckpointError:
        return None


def _tensor(arguments: tuple[Any, ...]) -> Any:
    return tensor(*arguments[:4]) if len(arguments) >= 4 else None


def _parameter(arguments: tuple[Any, ...]) -> Any:
    """A parameter is its tensor."""
    good = len(arguments) >= 2 and _is_tensor(arguments[0])
    return arguments[0] if good else None


def _special_tensor(arguments: tuple[Any, ...]) -> Any:
    """A tensor with attributes, or of a class of its own: (function, class, arguments, state)."""
    if len(arguments) != 4 or arguments[0] not in _TENSORS or not isinstance(arguments[2], tuple):
        return None
    return reduce(arguments[0], arguments[2])


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Stub) or (isinstance(value, Inert) and value.problem is not None)


def _encoded(arguments: tuple[Any, ...]) -> Any:
    """Bytes, which protocol 2 writes as a text in Latin-1."""
    if len(arguments) != 2 or arguments[1] != "latin1" or not isinstance(arguments[0], str):
        return Inert("builtins.bytes")
    if len(arguments[0]) > BYTES:
        return Inert("builtins.bytes")
    return arguments[0].encode("latin-1", "replace")


def _numpy_number(arguments: tuple[Any, ...]) -> Any:
    """A NumPy scalar, from its dtype ("f8", and its state's byte order) and its bytes."""
    if len(arguments) != 2 or not isinstance(arguments[0], Inert):
        return None
    dtype, raw = arguments
    kind = dtype.arguments[0] if dtype.arguments else None
    code = _NUMPY.get(kind) if isinstance(kind, str) else None
    state = dtype.state
    order = state[1] if isinstance(state, tuple) and len(state) > 1 else "<"
    if code is None or not isinstance(raw, bytes) or order not in ("<", "=", "|", ">"):
        return None
    form = (">" if order == ">" else "<") + code
    return struct.unpack(form, raw)[0] if len(raw) == struct.calcsize(form) else None


def _attribute(arguments: tuple[Any, ...]) -> Any:
    """`getattr`: a class within a class, a method, a function of a class of torch's own.

    Raises:
        CheckpointError: it is there to be run.
    """
    if len(arguments) != 2 or not isinstance(arguments[0], Global):
        return None  # of an object: a method of what was not made
    owner, name = arguments
    if not isinstance(name, str) or len(name) + len(owner.name) > limits.TEXT:
        return None
    module, _, rest = owner.name.partition(".")
    return find_global(module, f"{rest}.{name}" if rest else name)


def _new(arguments: tuple[Any, ...]) -> Any:
    """`copyreg`'s own ways to make an object: its class comes first."""
    if not arguments or not isinstance(arguments[0], Global):
        return None
    return Inert(arguments[0].name)


_TENSORS = tuple(
    Global(f"torch._utils.{name}") for name in ("_rebuild_tensor_v2", "_rebuild_tensor")
)
_MEANINGS: Mapping[str, Callable[[tuple[Any, ...]], Any]] = {
    "collections.OrderedDict": _dictionary,
    "collections.Counter": _dictionary,
    "collections.defaultdict": _default_dictionary,
    "torch.Size": _size,
    **{kind.name: _tensor for kind in _TENSORS},
    "torch._utils._rebuild_tensor_v3": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch._tensor._rebuild_from_type_v2": _special_tensor,
    "_codecs.encode": _encoded,
    "numpy.core.multiarray.scalar": _numpy_number,
    "numpy._core.multiarray.scalar": _numpy_number,
    "numpy.core.multiarray._reconstruct": lambda _: Inert("numpy.ndarray"),
    "numpy._core.multiarray._reconstruct": lambda _: Inert("numpy.ndarray"),
    "builtins.getattr": _attribute,
    "copyreg._reconstructor": _new,
    "copyreg.__newobj__": _new,
    "copyreg.__newobj_ex__": _new,
}
"""Functions of which it is known what they return; each gets the arguments as a tuple."""
