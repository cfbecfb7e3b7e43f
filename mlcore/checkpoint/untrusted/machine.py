"""The small machine with a stack that a pickle is a program for, with nothing in it to do harm.

Of all functions it knows the few that stand for a tensor, and it runs none of them; it notes what
they would have built: plain values with a `Stub` in the place of each tensor, and an `Inert` in
that of each object. What the notes cost is bounded by the limits, not by anything that the file
declares.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.calls import BYTES, build, construct, put, reduce
from mlcore.checkpoint.untrusted.inert import Inert, Ordered
from mlcore.checkpoint.untrusted.names import Global, find_global
from mlcore.checkpoint.untrusted.pickle_bytes import PickleBytes
from mlcore.checkpoint.untrusted.rebuild import Storage, persistent
from mlcore.errors import CheckpointError

__all__ = ["Machine", "Pickle", "too_much"]

_NOT_KEPT = Inert("builtins.float")
_RUN = 256  # floats that are looked for at once


@dataclass(frozen=True, slots=True)
class Pickle:
    """What one pickle holds, the offset of the byte after it, and the storages it mentions."""

    value: Any
    end: int
    storages: Mapping[str, Storage] = field(default_factory=dict)


class Machine(PickleBytes):
    """Stack, memo and position; each method is one opcode, or a part of some."""

    def __init__(self, data: bytes, start: int) -> None:
        super().__init__(data, start)
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.names: dict[tuple[str, str], Global] = {}
        self.storages: dict[str, Storage] = {}
        self.objects, self.text_left = limits.PICKLE_OBJECTS, limits.PICKLE_TEXT
        self.floats_left = limits.PICKLE_FLOATS

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def charge(self, count: int) -> None:
        """Count what takes memory of its own."""
        self.objects -= count
        if self.objects < 0:
            raise too_much(limits.PICKLE_OBJECTS)

    def push_new(self, value: Any) -> None:
        """Put on the stack what takes memory of its own."""
        self.charge(1)
        self.stack.append(value)

    def top(self) -> Any:
        """The value on top of the stack."""
        if not self.stack:
            raise CheckpointError("The file's pickle needs a value, and has none: save it again.")
        return self.stack[-1]

    def pop(self) -> Any:
        """Take the value on top off the stack."""
        value = self.top()
        self.stack.pop()
        return value

    def drop(self) -> None:
        """Take a value off the stack and forget it."""
        self.pop()

    def drop_mark(self) -> None:
        """Forget all that was put on the stack since the mark."""
        self.pop_mark()

    def mark(self) -> None:
        """Remember how high the stack is."""
        self.charge(1)
        self.marks.append(self.stack)
        self.stack = []

    def pop_mark(self) -> list[Any]:
        """Take off the stack what was put there since the mark."""
        if not self.marks:
            raise CheckpointError("The file's pickle closes what it did not open: save it again.")
        items, self.stack = self.stack, self.marks.pop()
        return items

    def floats(self) -> None:
        """All floats in a row, of which a history may have a hundred thousand.

        What is beyond the limit is not kept, but counted: nothing that is used comes so late.
        """
        start, count, more = self.at - 1, 0, _RUN
        while more == _RUN:  # every ninth byte is an opcode
            codes = self.data[start + 9 * count : start + 9 * (count + _RUN) : 9]
            more = len(codes) - len(codes.lstrip(b"G"))
            count += more
        self.skip(9 * count - 1)
        kept = min(count, self.floats_left)
        self.floats_left -= kept
        values = struct.iter_unpack(">xd", memoryview(self.data)[start : start + 9 * kept])
        self.stack.extend(value for (value,) in values)
        self.stack.extend([_NOT_KEPT] * (count - kept))

    def integer(self, count: int) -> None:
        """A long integer; no count is as large as those that are not kept."""
        if count > limits.PICKLE_INTEGER:
            self.skip(count)
            self.push_new(Inert("builtins.int"))
        else:
            self.push(int.from_bytes(self.take(count), "little", signed=True))

    def text(self, count: int) -> None:
        """A text; one that is longer than any name, or one too many, is not kept."""
        if count > min(limits.PICKLE_STRING, self.text_left):
            self.skip(count)
            self.push_new(Inert("builtins.str"))
            return
        self.text_left -= count
        raw = self.take(count)
        try:
            self.push_new(raw.decode("utf-8"))
        except UnicodeDecodeError:
            self.push_new(_half_text(raw))

    def old_text(self, count: int) -> None:
        """A text of Python 2, which may be any bytes."""
        if count > limits.PICKLE_STRING:
            self.skip(count)
            self.push_new(Inert("builtins.bytes"))
        else:
            self.push_new(self.take(count).decode("utf-8", "replace"))

    def octets(self, count: int) -> None:
        """Bytes; those that are longer than a number are not kept."""
        if count > BYTES:
            self.skip(count)
            self.push_new(Inert("builtins.bytes"))
        else:
            self.push_new(self.take(count))

    def tuple_of(self, count: int) -> None:
        """A tuple of the values on top."""
        items = [self.pop() for _ in range(count)]
        self.push_new(tuple(reversed(items)))

    def append(self, items: list[Any]) -> None:
        """Append to a list, or to what may be one; add to a set."""
        target = self.top()
        if type(target) is Inert:
            target.items = [] if target.items is None else target.items
            target = target.items
        if type(target) is not list:
            raise CheckpointError("The file's pickle appends to what is no list: save it again.")
        target.extend(items)

    def set_items(self, items: list[Any]) -> None:
        """Set keys of a dictionary, or of what may be one."""
        target = self.top()
        if type(target) is Inert:
            target.items = Ordered() if target.items is None else target.items
            target = target.items
        if type(target) not in (dict, Ordered) or len(items) % 2:
            raise CheckpointError(
                "The file's pickle sets keys of what is no dictionary: save it again."
            )
        self.charge(len(items) // 4)
        put(target, items)

    def set_item(self) -> None:
        """Set one key."""
        value, key = self.pop(), self.pop()
        self.set_items([key, value])

    def put(self, index: int) -> None:
        """Note the value on top under a number."""
        self.memo[index] = self.top()
        if len(self.memo) > limits.PICKLE_MEMO:
            raise too_much(limits.PICKLE_MEMO)

    def get(self, index: int) -> None:
        """Put on the stack what was noted under a number."""
        if index not in self.memo:
            raise CheckpointError(
                "The file's pickle refers to a value that it never noted: save it again."
            )
        self.push(self.memo[index])

    def name(self, module: Any, name: Any) -> None:
        """Put a name on the stack; it is only noted."""
        if not isinstance(module, str) or not isinstance(name, str) or len(module + name) > 512:
            raise CheckpointError("A name in the file's pickle is none: save it again.")
        known = self.names.get((module, name))
        if known is None:
            known = self.names[module, name] = find_global(module, name)
            self.charge(3)
        self.push(known)

    def name_on_stack(self) -> None:
        """A name whose two parts are on the stack."""
        name, module = self.pop(), self.pop()
        self.name(module, name)

    def call(self) -> None:
        """What calling a function would have returned."""
        arguments, function = self.pop(), self.pop()
        self.push_new(reduce(function, arguments))

    def new(self, arguments: Any) -> None:
        """What making an object of a class would have given."""
        self.push_new(construct(self.pop(), arguments))

    def new_with_names(self) -> None:
        """The same, with arguments by name."""
        self.pop()  # the named arguments
        self.new(self.pop())

    def instance(self) -> None:
        """A class by name, its arguments behind the mark."""
        self.name(self.line(), self.line())
        kind, arguments = self.pop(), self.pop_mark()
        self.push_new(construct(kind, tuple(arguments)))

    def made(self) -> None:
        """A class and its arguments behind the mark."""
        items = self.pop_mark()
        self.push_new(construct(items[0] if items else None, tuple(items[1:])))

    def build(self) -> None:
        """What would have set attributes."""
        state = self.pop()
        build(self.top(), state)

    def persistent(self) -> None:
        """What stands for a storage."""
        found = persistent(self.pop())
        if isinstance(found, Storage):
            self.storages.setdefault(found.key, found)
        self.push_new(found)


def _half_text(raw: bytes) -> Inert:
    """A text that is only Python's own, such as the name of a file in another encoding."""
    try:
        raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise CheckpointError("The file's pickle has text not in UTF-8: save it again.") from None
    return Inert("builtins.str")


def too_much(most: int) -> CheckpointError:
    """The refusal of a pickle that stands for more than `most` of something."""
    return CheckpointError(
        "The file's pickle has more than {most:,} steps, far more than any checkpoint needs: "
        "it is no checkpoint.",
        most=most,
    )
