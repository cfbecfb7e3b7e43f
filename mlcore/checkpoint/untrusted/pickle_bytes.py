"""The bytes of a pickle, taken one after the other; every piece is complete or an error."""

from __future__ import annotations

import struct
from typing import Any

from mlcore.errors import CheckpointError

__all__ = ["PickleBytes"]


class PickleBytes:
    """Bytes and a position in them.

    All methods raise a CheckpointError where the bytes end too early.
    """

    def __init__(self, data: bytes, start: int) -> None:
        self.data, self.at = data, start

    def take(self, count: int) -> bytes:
        """The next bytes."""
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise _early()
        self.at += count
        return piece

    def byte(self) -> int:
        """The next byte, of which there must be one; opcodes are read by this as well."""
        if self.at >= len(self.data):
            raise _early()
        self.at += 1
        return self.data[self.at - 1]

    def skip(self, count: int) -> None:
        """Go past so many bytes."""
        if count > len(self.data) - self.at:
            raise _early()
        self.at += count

    def number(self, form: struct.Struct) -> Any:
        """The next bytes as a number."""
        start = self.at
        self.skip(form.size)
        return form.unpack_from(self.data, start)[0]

    def line(self) -> str:
        """The next line, of a name."""
        stop = self.data.find(b"\n", self.at, self.at + 256)
        if stop < 0:
            raise CheckpointError("A name in the file's pickle has no end: save it again.")
        return self.take(stop + 1 - self.at)[:-1].decode("utf-8", "replace")


def _early() -> CheckpointError:
    return CheckpointError(
        "The file's pickle ends early, as after a broken copy or download: copy or save it again."
    )
