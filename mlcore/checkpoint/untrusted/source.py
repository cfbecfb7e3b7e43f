"""A file that nobody should trust: opened once, measured once, read in bounded pieces."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlcore.errors import CheckpointError

__all__ = ["Source", "noting_file", "open_source", "printable", "shape_text", "source_of"]

_CHUNK = 2**20
_LONGEST = 200  # characters of a path in a sentence


def printable(text: object, length: int = 60) -> str:
    """Text out of a file, fit for a sentence: on one line, printable, not long."""
    line = "".join(letter if letter.isprintable() else "�" for letter in str(text)[: length + 1])
    return line if len(line) <= length else line[: length - 1] + "…"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape in words: "128×784"; "()" for a single number."""
    return "×".join(map(str, shape)) if shape else "()"


class Source:
    """An open regular file of known size; every read is complete or an error.

    Nothing is ever mapped into memory: a file that is cut short while it is mapped kills the
    process that reads it.
    """

    def __init__(self, file: io.FileIO, size: int) -> None:
        self._file, self.size = file, size

    def read(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset`.

        Raises:
            CheckpointError: the file ends before that, or cannot be read.
        """
        self._check(offset, count)
        parts = bytearray(count)
        self.read_into(offset, memoryview(parts))
        return bytes(parts)

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill `target` with the bytes from `offset`.

        Raises:
            CheckpointError: the file ends before that, or cannot be read.
        """
        self._check(offset, len(target))
        done = 0
        try:
            self._file.seek(offset)
            while done < len(target):
                count = self._file.readinto(target[done:])
                if not count:
                    raise CheckpointError("The file shrank while it was read; try again.")
                done += count
        except OSError as error:
            raise CheckpointError(
                "The file cannot be read: {reason}; copy it again and retry.",
                reason=error.strerror or str(error),
            ) from None

    def _check(self, offset: int, count: int) -> None:
        if offset < 0 or count < 0 or offset + count > self.size:
            raise CheckpointError(
                "The file is cut short: it has {size:,} bytes and refers to byte {byte}; "
                "copy or download it again.",
                size=self.size,
                byte=printable(offset + count),
            )

    def sha256(self) -> str:
        """The digest of the whole file, in hexadecimal; reads it in pieces of 1 MiB."""
        digest = hashlib.sha256()
        for start in range(0, self.size, _CHUNK):
            digest.update(self.read(start, min(_CHUNK, self.size - start)))
        return digest.hexdigest()


@contextmanager
def noting_file(path: Path) -> Iterator[None]:
    """Within the block, a refusal that does not tell its file yet is one of `path`."""
    try:
        yield
    except CheckpointError as error:
        error.file = error.file or path
        raise


@contextmanager
def open_source(path: Path, max_bytes: int) -> Iterator[Source]:
    """Open a file of 1 to `max_bytes` bytes.

    Raises:
        CheckpointError: it is missing, no regular file, empty or too large. Like every refusal
            within the block it tells the file.
    """
    with noting_file(path), _opened(path) as file:
        yield source_of(file, max_bytes)


def _opened(path: Path) -> io.FileIO:
    """A regular file, open.

    Raises:
        CheckpointError: it is missing or no regular file.
    """
    name = printable(path, _LONGEST)
    try:
        # Without O_NONBLOCK a named pipe would hold the process until somebody writes to it.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = io.FileIO(path, opener=lambda name, _: os.open(name, flags))
    except FileNotFoundError:
        raise CheckpointError(
            "There is no file {name}: check the path, or list the runs with `mlcore runs`.",
            name=name,
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CheckpointError(
            "The file {name} cannot be opened: {reason}.", name=name, reason=reason
        ) from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise CheckpointError(
            "{name} is no regular file: give the path of a checkpoint file.", name=name
        )
    return file


def source_of(file: io.FileIO, max_bytes: int) -> Source:
    """An open regular file of 1 to `max_bytes` bytes.

    Raises:
        CheckpointError: it is empty or too large.
    """
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise CheckpointError("The file is empty: save or download the checkpoint again.")
    if size > max_bytes:
        raise CheckpointError(
            "The file has {size:,} bytes, and at most {most:,} are read: "
            "save the weights alone, without the optimizer, to make it smaller.",
            size=size,
            most=max_bytes,
        )
    return Source(file, size)
