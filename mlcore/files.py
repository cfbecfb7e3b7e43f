"""Files written whole, so that they outlast a power cut, and read without trusting what is there.

A file is written under a temporary name in its folder, synced and renamed; then the folder is
synced, which keeps the name.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import IO

from mlcore.errors import RunError

__all__ = [
    "atomic_file",
    "cannot_write",
    "expand_home",
    "is_file",
    "open_file",
    "read_bytes",
    "size_of",
    "sync_file",
    "sync_folder",
    "write_atomically",
]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # a FIFO: no wait
_UNSYNCED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)  # of file systems that know no syncing


def expand_home(path: str | Path) -> Path:
    """The path with a leading `~` replaced; as it is where there is no such home, like a shell."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def is_file(path: Path) -> bool:
    """Whether there is such a file; no path is an error, however long or odd its name."""
    return os.path.isfile(path)  # noqa: PTH113 (Path.is_file refuses names that are too long)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def open_file(path: Path) -> FileIO:
    """Open a regular file to read it, unbuffered.

    Raises:
        OSError: it is missing, cannot be read, or is a folder, a pipe or a device.
    """
    descriptor = os.open(path, _READ)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return os.fdopen(descriptor, "rb", buffering=0)


def read_bytes(path: Path, most: int) -> bytes:
    """What a regular file holds, `most` bytes of it or fewer.

    Raises:
        OSError: it is missing, cannot be read, or is a folder, a pipe or a device.
        ValueError: it is longer.
    """
    with open_file(path) as file:
        content = bytearray()
        while piece := file.read(most + 1 - len(content)):
            content += piece
    if len(content) > most:
        raise ValueError(f"longer than {most} bytes")
    return bytes(content)


def sync_file(descriptor: int) -> None:
    """Make what was written to an open file outlast a power cut.

    Raises:
        OSError: the disk did not take it.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlast a power cut, where a folder can be opened."""
    with suppress(OSError):  # not on Windows
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def atomic_file(path: Path, *, sync: bool = False) -> Iterator[tuple[IO[bytes], Path]]:
    """A new file that replaces `path` when the block ends well, and is removed otherwise.

    At any moment `path` is the previous file or the new one, never a part.

    Args:
        path: the file to write.
        sync: make it last through a crash of the machine: file and folder are synced.

    Yields:
        The open file and its temporary path.

    Raises:
        OSError: it cannot be written; an existing file is untouched.
    """
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}.tmp")
    descriptor = os.open(temporary, _NEW, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file, temporary
            if sync:
                file.flush()
                sync_file(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def write_atomically(path: Path, text: str, *, sync: bool = True) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never a part.

    Args:
        path: the file.
        text: what it is to hold.
        sync: make it outlast a power cut.

    Raises:
        RunError: it cannot be written.
    """
    try:
        with atomic_file(path, sync=sync) as (file, _):
            file.write(text.encode())
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> RunError:
    """The error for a file that cannot be written: no room, no permission, no folder."""
    return RunError(
        "{path} cannot be written ({reason}): "
        "check that its folder exists, is yours, and has room on its disk.",
        path=path,
        reason=error.strerror or str(error),
    )
