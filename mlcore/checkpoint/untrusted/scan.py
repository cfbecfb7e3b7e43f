"""Read a checkpoint's pickle without unpickling it: nothing is called, nothing imported.

A pickle is a program for a small machine with a stack, see `machine`. Of the 68 opcodes those of
protocols 2 to 5 are known here; what only protocols 0 and 1 write, and what refers to data outside
the file, is refused.

Source: the opcodes as documented in the standard library's `pickletools`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.inert import Inert
from mlcore.checkpoint.untrusted.machine import Machine, Pickle, too_much
from mlcore.errors import CheckpointError

__all__ = ["Pickle", "names_until_end", "scan"]

_SHORT, _INT = struct.Struct("<H"), struct.Struct("<I")
_SIGNED, _LONG = struct.Struct("<i"), struct.Struct("<Q")


def scan(data: bytes, start: int = 0) -> Pickle:
    """Interpret the pickle that begins at `start`.

    The value is not checked yet: it may be deep or cyclic, see `tree.plain`.

    Raises:
        CheckpointError: it is broken, too large, or asks for something that is not allowed.
    """
    return _run(Machine(data, start))


def names_until_end(data: bytes) -> tuple[list[str], CheckpointError | None]:
    """The names that a pickle mentions, in order, as far as it can be read; and why no further."""
    machine, problem = Machine(data, 0), None
    try:
        _run(machine)
    except CheckpointError as error:
        problem = error.with_traceback(None)
    return [known.name for known in machine.names.values()], problem


def _run(machine: Machine) -> Pickle:
    """Take one step after the other, to the end of the pickle."""
    if machine.data[machine.at : machine.at + 1] != b"\x80":
        raise CheckpointError("The file's pickle does not begin as one: save it again.")
    byte = machine.byte
    for _ in range(limits.PICKLE_OPCODES):
        code = byte()
        if code == _STOP:
            if machine.marks or len(machine.stack) != 1:
                raise CheckpointError("The file's pickle has values left over: save it again.")
            return Pickle(machine.stack[0], machine.at, machine.storages)
        step = _STEPS.get(code)
        if step is None:
            raise _refusal(code)
        step(machine)
    raise too_much(limits.PICKLE_OPCODES)


def _protocol(machine: Machine) -> None:
    number = machine.byte()
    if not 2 <= number <= 5:
        raise CheckpointError(
            "The file is a pickle of protocol {number}, and protocols 2 to 5 are read: "
            "save it again with torch.save(model.state_dict(), path).",
            number=number,
        )


_STOP = ord(".")
_STEPS: dict[int, Callable[[Machine], None]] = {
    0x80: _protocol,
    0x95: lambda m: m.skip(8),  # a frame: how many bytes follow, which does not matter here
    ord("("): Machine.mark,
    ord("0"): lambda m: m.drop(),
    ord("1"): lambda m: m.drop_mark(),
    ord("N"): lambda m: m.push(None),
    0x88: lambda m: m.push(True),
    0x89: lambda m: m.push(False),
    ord("J"): lambda m: m.push(m.number(_SIGNED)),
    ord("K"): lambda m: m.push(m.byte()),
    ord("M"): lambda m: m.push(m.number(_SHORT)),
    0x8A: lambda m: m.integer(m.byte()),
    0x8B: lambda m: m.integer(m.number(_INT)),
    ord("G"): Machine.floats,
    ord("X"): lambda m: m.text(m.number(_INT)),
    0x8C: lambda m: m.text(m.byte()),
    0x8D: lambda m: m.text(m.number(_LONG)),
    ord("T"): lambda m: m.old_text(m.number(_INT)),
    ord("U"): lambda m: m.old_text(m.byte()),
    ord("B"): lambda m: m.octets(m.number(_INT)),
    ord("C"): lambda m: m.octets(m.byte()),
    0x8E: lambda m: m.octets(m.number(_LONG)),
    0x96: lambda m: m.octets(m.number(_LONG)),
    ord(")"): lambda m: m.push(()),
    ord("t"): lambda m: m.push_new(tuple(m.pop_mark())),
    0x85: lambda m: m.tuple_of(1),
    0x86: lambda m: m.tuple_of(2),
    0x87: lambda m: m.tuple_of(3),
    ord("]"): lambda m: m.push_new([]),
    ord("a"): lambda m: m.append([m.pop()]),
    ord("e"): lambda m: m.append(m.pop_mark()),
    ord("}"): lambda m: m.push_new({}),
    ord("s"): Machine.set_item,
    ord("u"): lambda m: m.set_items(m.pop_mark()),
    0x8F: lambda m: m.push_new(Inert("builtins.set")),
    0x90: lambda m: m.append(m.pop_mark()),
    0x91: lambda m: m.push_new(Inert("builtins.frozenset", tuple(m.pop_mark()))),
    ord("q"): lambda m: m.put(m.byte()),
    ord("r"): lambda m: m.put(m.number(_INT)),
    0x94: lambda m: m.put(len(m.memo)),
    ord("h"): lambda m: m.get(m.byte()),
    ord("j"): lambda m: m.get(m.number(_INT)),
    ord("c"): lambda m: m.name(m.line(), m.line()),
    0x93: Machine.name_on_stack,
    ord("R"): Machine.call,
    0x81: lambda m: m.new(m.pop()),
    0x92: Machine.new_with_names,
    ord("i"): Machine.instance,
    ord("o"): Machine.made,
    ord("b"): Machine.build,
    ord("Q"): Machine.persistent,
}


def _refusal(code: int) -> CheckpointError:
    import pickletools

    name = next((item.name for item in pickletools.opcodes if ord(item.code) == code), None)
    if name in ("EXT1", "EXT2", "EXT4"):
        return CheckpointError(
            "The file would create Python objects ({step}), which is not allowed: "
            "save tensors and numbers alone, with torch.save(model.state_dict(), path).",
            step=name,
        )
    step = name or f"0x{code:02x}"
    return CheckpointError(
        "The file's pickle holds the step {step}, which torch.save does not write: "
        "it is damaged or no checkpoint; save it again with torch.save.",
        step=step,
    )
