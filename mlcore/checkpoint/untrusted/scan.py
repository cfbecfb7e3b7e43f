"""Read a checkpoint's pickle without unpickling it: nothing is called, nothing imported.

A pickle is a program for a small machine with a stack. This is that machine with nothing in it
that could do harm: of the 68 opcodes it knows those that `torch.save` writes, of all functions
the few that stand for a tensor, and it runs none of them; it notes what they would have built.
The result is plain values with a `Stub` in the place of each tensor. What the notes cost is
bounded by the limits on opcodes, texts and nodes, not by anything that the file declares.

Source: the opcodes as documented in the standard library's `pickletools`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.names import find_global
from mlcore.checkpoint.untrusted.rebuild import Ordered, build, persistent, reduce
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError

__all__ = ["Pickle", "scan"]


@dataclass(frozen=True, slots=True)
class Pickle:
    """What one pickle holds, and the offset of the byte after it."""

    value: Any
    end: int


def scan(data: bytes, start: int = 0) -> Pickle:
    """Interpret the pickle that begins at `start`.

    The value is not checked yet: it may be deep or cyclic, see `tree.plain`.

    Raises:
        CheckpointError: it is broken, too large, or asks for something that is not allowed.
    """
    return _Machine(data, start).run()


class _Machine:
    """Stack, memo and position; each method beneath is one opcode."""

    def __init__(self, data: bytes, start: int) -> None:
        self.data, self.at = data, start
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Pickle:
        if self.data[self.at : self.at + 1] != b"\x80":
            raise CheckpointError("The file's pickle does not begin as one: save it again.")
        for _ in range(limits.PICKLE_OPCODES):
            code = self.take(1)[0]
            if code == _STOP:
                if self.marks or len(self.stack) != 1:
                    raise CheckpointError("The file's pickle has values left over: save it again.")
                return Pickle(self.stack[0], self.at)
            step = _STEPS.get(code)
            if step is None:
                raise _refusal(code)
            step(self)
        raise CheckpointError(
            "The file's pickle has more than {most:,} steps, far more than any checkpoint needs: "
            "it is no checkpoint.",
            most=limits.PICKLE_OPCODES,
        )

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise CheckpointError(
                "The file's pickle ends early, as after a broken copy or download: "
                "copy or save it again."
            )
        self.at += count
        return piece

    def line(self) -> str:
        stop = self.data.find(b"\n", self.at, self.at + 256)
        if stop < 0:
            raise CheckpointError("A name in the file's pickle has no end: save it again.")
        return self.take(stop + 1 - self.at)[:-1].decode("utf-8", "replace")

    def pop(self) -> Any:
        value = self.top()
        self.stack.pop()
        return value

    def top(self) -> Any:
        if not self.stack:
            raise CheckpointError("The file's pickle needs a value, and has none: save it again.")
        return self.stack[-1]

    def pop_mark(self) -> list[Any]:
        if not self.marks:
            raise CheckpointError("The file's pickle closes what it did not open: save it again.")
        items, self.stack = self.stack, self.marks.pop()
        return items

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def protocol(self) -> None:
        number = self.take(1)[0]
        if number != 2:
            raise CheckpointError(
                "The file is a pickle of protocol {number}, and torch.save writes protocol 2: "
                "save it again with torch.save(model.state_dict(), path).",
                number=number,
            )

    def mark(self) -> None:
        self.marks.append(self.stack)
        self.stack = []

    def text(self, count: int) -> None:
        if count > limits.PICKLE_STRING:
            raise CheckpointError(
                "The file holds a text of {count:,} bytes, and checkpoints hold short names only.",
                count=count,
            )
        try:
            self.push(self.take(count).decode("utf-8"))
        except UnicodeDecodeError:
            raise CheckpointError(
                "The file's pickle has text not in UTF-8: save it again."
            ) from None

    def integer(self) -> None:
        count = self.take(1)[0]
        if count > limits.PICKLE_INTEGER:
            raise CheckpointError(
                "The file holds an integer of {count} bytes: no count is so big.", count=count
            )
        self.push(int.from_bytes(self.take(count), "little", signed=True))

    def tuple_of(self, count: int) -> None:
        items = [self.pop() for _ in range(count)]
        self.push(tuple(reversed(items)))

    def append(self, items: list[Any]) -> None:
        target = self.top()
        if type(target) is not list:
            raise CheckpointError("The file's pickle appends to what is no list: save it again.")
        target.extend(items)

    def set_items(self, items: list[Any]) -> None:
        target = self.top()
        if type(target) not in (dict, Ordered) or len(items) % 2:
            raise CheckpointError(
                "The file's pickle sets keys of what is no dictionary: save it again."
            )
        for key, value in zip(items[::2], items[1::2], strict=True):
            # Small integers and short texts cannot be made to collide in a hash table.
            small = type(key) is int and 0 <= key < limits.INT_KEYS
            if not small and not (type(key) is str and len(key) <= limits.TEXT):
                raise CheckpointError(
                    "The file holds a dictionary with keys that are neither names nor small "
                    "counting numbers: save plain dictionaries of tensors and numbers."
                )
            if key in target:
                raise CheckpointError(
                    "The file sets the key `{key}` twice: it is damaged.", key=printable(key)
                )
            target[key] = value

    def set_item(self) -> None:
        value, key = self.pop(), self.pop()
        self.set_items([key, value])

    def put(self, index: int) -> None:
        self.memo[index] = self.top()

    def get(self, index: int) -> None:
        if index not in self.memo:
            raise CheckpointError(
                "The file's pickle refers to a value that it never noted: save it again."
            )
        self.push(self.memo[index])

    def call(self) -> None:
        arguments, function = self.pop(), self.pop()
        self.push(reduce(function, arguments))

    def build(self) -> None:
        state = self.pop()
        build(self.top(), state)

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]


_STOP = ord(".")
_STEPS: dict[int, Callable[[_Machine], None]] = {
    0x80: _Machine.protocol,
    ord("("): _Machine.mark,
    ord("N"): lambda m: m.push(None),
    0x88: lambda m: m.push(True),
    0x89: lambda m: m.push(False),
    ord("J"): lambda m: m.push(m.number("<i")),
    ord("K"): lambda m: m.push(m.number("<B")),
    ord("M"): lambda m: m.push(m.number("<H")),
    0x8A: _Machine.integer,
    ord("G"): lambda m: m.push(m.number(">d")),
    ord("X"): lambda m: m.text(m.number("<I")),
    ord("U"): lambda m: m.text(m.number("<B")),
    ord(")"): lambda m: m.push(()),
    ord("t"): lambda m: m.push(tuple(m.pop_mark())),
    0x85: lambda m: m.tuple_of(1),
    0x86: lambda m: m.tuple_of(2),
    0x87: lambda m: m.tuple_of(3),
    ord("]"): lambda m: m.push([]),
    ord("a"): lambda m: m.append([m.pop()]),
    ord("e"): lambda m: m.append(m.pop_mark()),
    ord("}"): lambda m: m.push({}),
    ord("s"): _Machine.set_item,
    ord("u"): lambda m: m.set_items(m.pop_mark()),
    ord("q"): lambda m: m.put(m.number("<B")),
    ord("r"): lambda m: m.put(m.number("<I")),
    ord("h"): lambda m: m.get(m.number("<B")),
    ord("j"): lambda m: m.get(m.number("<I")),
    ord("c"): lambda m: m.push(find_global(m.line(), m.line())),
    ord("R"): _Machine.call,
    ord("b"): _Machine.build,
    ord("Q"): lambda m: m.push(persistent(m.pop())),
}


def _refusal(code: int) -> CheckpointError:
    import pickletools

    name = next((item.name for item in pickletools.opcodes if ord(item.code) == code), None)
    if name in ("NEWOBJ", "NEWOBJ_EX", "INST", "OBJ", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"):
        return CheckpointError(
            "The file would create Python objects ({step}), which is not allowed: "
            "save tensors and numbers alone, with torch.save(model.state_dict(), path).",
            step=name,
        )
    return CheckpointError(
        "The file's pickle holds the step {step}, which torch.save does not write: "
        "it is damaged or no checkpoint; save it again with torch.save.",
        step=name or f"0x{code:02x}",
    )
