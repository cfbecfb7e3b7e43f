"""Logs of JSON lines: appended whole, read in pieces, forgiving about damage.

A line is one JSON object and one write. What a kill, a full disk or a power cut left of one is
never a line: readers wait at an end without a newline, and writers begin a new line after it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mlcore.errors import RunError
from mlcore.files import cannot_write, open_file, sync_file, sync_folder
from mlcore.plain_json import parse_object

__all__ = [
    "Line",
    "LineReader",
    "LineWriter",
    "append_line",
    "encode_line",
    "parse_line",
    "read_backwards",
    "read_tail",
]


class Line(NamedTuple):
    """One object of a log, and the byte at which its line begins."""

    offset: int
    record: dict[str, Any]


class LineWriter:
    """Appends JSON lines to one file, each by a single write.

    Raises:
        RunError: the file cannot be opened or written (no room, read-only, folder gone).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _CLOEXEC, 0o644)
            found = os.fstat(self.fd)
            if not stat.S_ISREG(found.st_mode):
                os.close(self.fd)
                raise OSError(errno.EINVAL, "it is no file")
            self._new = found.st_size == 0
            self._torn = not self._new and not _ends_whole(self.fd, found.st_size)
        except OSError as error:
            raise cannot_write(path, error) from error

    def write(self, record: Mapping[str, Any]) -> None:
        """Append one object as a line; the kernel has it when this returns."""
        line = encode_line(record)
        if self._torn:
            line = _SPOILT + line
        try:
            written = os.write(self.fd, line)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self._torn = written < len(line)
        if self._torn:
            raise RunError(
                "{path} took only {written} of {size} bytes: make room on the disk.",
                path=self.path,
                written=written,
                size=len(line),
            )

    def sync(self) -> None:
        """Make all lines outlast a power cut; the disk has them when this returns.

        Raises:
            RunError: the disk did not take them.
        """
        try:
            sync_file(self.fd)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        if self._new:
            sync_folder(self.path.parent)
            self._new = False

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> LineWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Append one object as a line to the file at `path`; a power cut does not take it away.

    Raises:
        RunError: the file cannot be opened or written.
    """
    with LineWriter(path) as writer:
        writer.write(record)
        writer.sync()


class LineReader:
    """Reads a growing log of JSON lines from where it last stopped.

    Args:
        path: the log.
        offset: byte at which to begin.

    Attributes:
        offset: byte at which the next line begins.
        damaged: lines that were skipped because they are no JSON object.
        behind: whether `read` left lines unread because it was to read only so many bytes.
    """

    def __init__(self, path: Path, offset: int = 0) -> None:
        self.path = path
        self._file: tuple[int, int] | None = None  # device and inode
        self._seen = offset  # size at the last read
        self.offset = offset
        self.damaged = 0
        self.behind = False

    def skipped(self, *, ended: bool) -> int:
        """Damaged lines, with a torn last one if the log has `ended`: nobody will complete it."""
        return self.damaged + (ended and self._seen > self.offset)

    def read(self, most: int = -1) -> tuple[bool, list[Line]]:
        """Whether the file was replaced, and its whole lines since the last call.

        A file that is not there (yet, or any more) has no lines. One that was replaced, or has
        shrunk, is read from its start. If nothing was added this costs one `stat`.

        Args:
            most: bytes to read now, one line at least; -1: all there are.

        Raises:
            RunError: the file cannot be read.
        """
        self.behind = False
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False, []
        except OSError as error:
            raise _cannot_read(self.path, error) from error
        identity = (found.st_dev, found.st_ino)
        replaced = self._file is not None and (
            identity != self._file or found.st_size < self.offset
        )
        if replaced:
            self.offset = self._seen = self.damaged = 0
        self._file = identity
        if found.st_size == self._seen:
            return replaced, []
        text, self.behind = self._fresh(most)
        lines = self._parse(text)
        self._seen = self.offset if self.behind else found.st_size
        return replaced, lines

    def _fresh(self, most: int) -> tuple[bytes, bool]:
        """What whole lines there are, and whether more may follow them."""
        try:
            with open_file(self.path) as file:
                file.seek(self.offset)
                text = file.read(most)
                behind = len(text) == most
                if behind and b"\n" not in text:  # one long line
                    text, behind = text + file.read(), False
        except OSError as error:
            raise _cannot_read(self.path, error) from error
        return text[: text.rfind(b"\n") + 1], behind  # the rest is being written, or torn

    def _parse(self, text: bytes) -> list[Line]:
        lines = []
        for line in text.split(b"\n")[:-1]:
            record = parse_line(line)
            if record is not None:
                lines.append(Line(self.offset, record))
            elif line.strip():
                self.damaged += 1
            self.offset += len(line) + 1
        return lines


def read_tail(path: Path, size: int) -> list[tuple[int, bytes]]:
    """The whole lines among the last `size` bytes, each with the byte at which it begins.

    Returns nothing when there is no such file.
    """
    try:
        with open_file(path) as file:
            start = max(0, file.seek(0, os.SEEK_END) - size)
            file.seek(max(0, start - 1))
            text = file.read()
    except OSError:
        return []
    if start:  # begin after the first line end: what is before it is cut
        cut = text.find(b"\n") + 1
        start, text = start - 1 + cut, text[cut:] if cut else b""
    lines = []
    for line in text.split(b"\n")[:-1]:  # what follows the last line end is torn
        lines.append((start, line))
        start += len(line) + 1
    return lines


def read_backwards(path: Path) -> Iterator[bytes]:
    """The whole lines of a log, the last first, read in pieces as they are asked for."""
    with contextlib.suppress(OSError), open_file(path) as file:
        end, size = file.seek(0, os.SEEK_END), _PIECE
        rest: bytes | None = None  # what is known of a line; None: no line end was met yet
        while end > 0:
            start = max(0, end - size)
            file.seek(start)
            parts = (file.read(end - start) + (rest or b"")).split(b"\n")
            if rest is None:
                parts[-1:] = []  # what follows the last line end is torn
            yield from reversed(parts[1:])
            size, end = (_PIECE if len(parts) > 1 else 2 * size), start
            rest = parts[0] if parts else None
        if rest:
            yield rest


def encode_line(record: Mapping[str, Any]) -> bytes:
    """The line of an object, its keys in their order."""
    return json.dumps(record, allow_nan=False, separators=(",", ": ")).encode() + b"\n"


def parse_line(line: bytes) -> dict[str, Any] | None:
    """The JSON object of a line, or None where it is damaged."""
    try:
        return parse_object(line)
    except ValueError:
        return None


_SPOILT = b"#\n"  # ends what was torn, so that it never reads as a whole line
_PIECE = 2**20  # bytes
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)


def _ends_whole(fd: int, size: int) -> bool:
    os.lseek(fd, size - 1, os.SEEK_SET)
    return os.read(fd, 1) == b"\n"


def _cannot_read(path: Path, error: OSError) -> RunError:
    return RunError(
        "{path} cannot be read ({reason}): check that its folder exists and is yours.",
        path=path,
        reason=error.strerror,
    )
