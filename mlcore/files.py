"""Files written whole: under a temporary name in the same folder, then renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from mlcore.errors import RunError

__all__ = [
    "atomic_file",
    "cannot_write",
    "expand_home",
    "is_file",
    "size_of",
    "write_atomically",
]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


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
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if sync:
        _sync_folder(path.parent)


def write_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never a part.

    Raises:
        RunError: it cannot be written.
    """
    try:
        with atomic_file(path) as (file, _):
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


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last, where a folder can be opened (not on Windows)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
