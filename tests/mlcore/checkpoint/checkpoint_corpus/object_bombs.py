"""Objects that ask for much, beside a model that is sound: records, modules, optimizers, names."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from checkpoint_corpus.pickles import (
    call,
    integer,
    name,
    sizes,
    softmax,
    storage,
    table,
    text,
    whole,
    zipped,
)

MANY = 60_000


def put(index: int) -> bytes:
    return b"r" + struct.pack("<I", index)


def get(index: int) -> bytes:
    return b"j" + struct.pack("<I", index)


def made(kind: str = "Thing", arguments: bytes = b")") -> bytes:
    """An object of a class of one's own."""
    return name("__main__", kind) + arguments + b"\x81"


def module(children: Mapping[str, bytes], more: bytes = b"}", index: int | None = None) -> bytes:
    """A module, noted under `index` before its children are there."""
    tables = {"_parameters": more, "_buffers": b"}", "_modules": table(children)}
    return made("Net") + (b"" if index is None else put(index)) + table(tables) + b"b"


def optimizer(parameters: bytes) -> bytes:
    group = table({"params": parameters, "lr": b"K\x01"})
    return made("Adam") + table({"state": b"}", "param_groups": b"](" + group + b"e"}) + b"b"


def listed(items: bytes) -> bytes:
    return b"](" + items + b"e"


def _deep(levels: int) -> bytes:
    """A module in a module in a module …"""
    head = made("Net") + b"}(" + text("_parameters") + b"}" + text("_modules") + b"}(" + text("a")
    return head * levels + b"N" + b"uub" * levels


def _doubling(levels: int) -> bytes:
    """Each module holds the one before it twice, so that the last one holds 2 ** levels."""
    body = module({}, index=0) + b"0"
    for level in range(1, levels):
        body += module({"a": get(level - 1), "b": get(level - 1)}, index=level) + b"0"
    return body + get(levels - 1)


def values() -> dict[str, bytes]:
    """Name → the pickle of what lies beside the model."""
    pair = text("a") + b"N" + b"\x86"
    parameter = call(
        "torch._utils",
        "_rebuild_tensor_v2",
        storage("0", 1568),
        integer(0),
        sizes(1),
        sizes(1),
        b"\x89",
        b"}",
    )
    nest = name("builtins", "getattr") + put(9) + b"0" + name("a", "b")
    grow = b"".join(
        put(i) + b"0" + get(9) + get(i) + text("c" * 30) + b"\x86R" for i in range(10, 3000)
    )
    wide = "\U0001f600" + "a" * 60_000
    return {
        "module that contains itself": module({"a": get(1)}, index=1),
        "modules in one another": _deep(10_000),
        "modules that double": _doubling(200),
        "module of many nothings": module({str(n): b"N" for n in range(20_000)}),
        "module of many modules": module({str(n): module({}) for n in range(1_500)}),
        "one module many times": module({}) + put(1) + b"0" + listed(get(1) * MANY),
        "one module of many names many times": module({str(n): b"N" for n in range(4000)})
        + put(1)
        + b"0"
        + listed(get(1) * MANY),
        "modules with one table": table({str(n): b"N" for n in range(4000)})
        + put(1)
        + b"0"
        + listed(
            (made("Net") + b"}(" + text("_parameters") + get(1) + text("_modules") + get(1) + b"ub")
            * 4000
        ),
        "module with parameters of long names": _long_names(parameter),
        "one optimizer many times": optimizer(listed(parameter * 400))
        + put(1)
        + b"0"
        + listed(get(1) * MANY),
        "optimizers with one group": listed(parameter * 400)
        + put(1)
        + b"0"
        + listed(optimizer(get(1)) * 3000),
        "optimizer whose state is itself": made("Adam")
        + put(1)
        + table({"state": get(1), "param_groups": b"]"})
        + b"b",
        "many objects": listed(made() * 90_000),
        "many empty objects of many classes": listed(
            b"".join(made(f"Thing{n}") for n in range(MANY))
        ),
        "objects in one another": name("__main__", "A")
        + put(1)
        + b"0"
        + get(1) * 40_000
        + b")\x81"
        + b"\x85\x81" * 39_999,
        "states in one another": (made()) * 40_000 + b"N" + b"b" * 40_000,
        "objects that hold one another": made() + put(1) + made() + put(2) + get(1) + b"b" + b"b",
        "pairs of one list many times": listed(pair * 30_000)
        + put(1)
        + b"0"
        + listed((name("collections", "OrderedDict") + get(1) + b"\x85R") * 30_000),
        "one large dictionary as many counters": table({str(n): b"N" for n in range(30_000)})
        + put(1)
        + b"0"
        + listed((name("collections", "Counter") + get(1) + b"\x85R") * 30_000),
        "one large tuple as many arguments": b"("
        + b"N" * 50_000
        + b"t"
        + put(1)
        + b"0"
        + listed((name("copyreg", "__newobj__") + get(1) + b"R") * 30_000),
        "one large list as many shapes": listed(b"N" * 50_000)
        + put(1)
        + b"0"
        + listed((name("torch", "Size") + get(1) + b"\x85R") * 30_000),
        "names that grow": nest + grow,
        "names without number": listed(b"".join(name("a", str(n)) for n in range(MANY))),
        "keys that are tuples": b"}("
        + b"".join(integer(n) + b"\x85N" for n in range(50_000))
        + b"u",
        "keys that collide": b"}("
        + b"".join(integer(n * (2**61 - 1)) + b"N" for n in range(1, 40_000))
        + b"u",
        "texts of wide letters": listed(text(wide) * 150),
        "floats to the end": listed(b"G" + struct.pack(">d", 0.5))
        + b"("
        + (b"G" + bytes(8)) * 1_200_000
        + b"e",
        "sets of sets": b"\x8f(" * 30_000 + b"\x90" * 30_000,
        "long number": b"\x8b" + struct.pack("<i", 3_000_000) + bytes(3_000_000),
        "long bytes": b"B" + struct.pack("<I", 5_000_000) + bytes(5_000_000),
        "dtype of a dtype": name("numpy", "dtype")
        + put(1)
        + b"0"
        + get(1) * 30_000
        + b")R"
        + b"\x85R" * 29_999,
    }


def _long_names(parameter: bytes) -> bytes:
    body = module({}, table({"p" * 190 + str(n): parameter for n in range(300)}))
    for _ in range(30):
        body = module({"m" * 190: body})
    return body


def files() -> dict[str, bytes]:
    numbers = {"0": bytes(4 * 1568), "1": bytes(8)}
    return {
        key: zipped(whole(table({"beside": value, "model_state_dict": softmax()})), numbers)
        for key, value in values().items()
    }


def alone() -> dict[str, bytes]:
    """The same as all that a file holds."""
    return {
        f"alone: {key}": zipped(whole(value), {"0": bytes(4 * 1568)})
        for key, value in values().items()
    }
