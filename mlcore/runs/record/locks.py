"""Files that one process at a time can lock."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlcore.errors import RunError

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows: only threads exclude each other)
    fcntl = None  # type: ignore[assignment]

__all__ = ["file_lock", "folder_lock", "try_lock", "wait_lock"]

_PATIENCE = 10.0  # seconds; a lock is held while a few small files are written
_THREADS = threading.RLock()


def try_lock(fd: int) -> bool:
    """Lock an open file until it is closed; False if another process has locked it."""
    if fcntl is not None:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def wait_lock(fd: int, path: Path) -> None:
    """Lock an open file as soon as no other process has locked it.

    Raises:
        RunError: another process does not release it.
    """
    until = time.monotonic() + _PATIENCE
    while not try_lock(fd):
        if time.monotonic() > until:
            raise RunError("Another process keeps {path} locked: end that process.", path=path)
        time.sleep(0.002)


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Within the block no other process or thread holds the lock of this file.

    Raises:
        RunError: the file cannot be made, or another process does not release it.
    """
    with _THREADS:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            raise RunError(
                "{path} cannot be written ({reason}): check that the runs folder is yours and has "
                "room on its disk, or choose another with --runs or MLCORE_RUNS.",
                path=path,
                reason=error.strerror,
            ) from error
        try:
            wait_lock(fd, path)
            yield
        finally:
            os.close(fd)


@contextmanager
def folder_lock(path: Path) -> Iterator[None]:
    """Within the block no other process or thread holds the lock of this folder.

    Raises:
        RunError: it is gone, or another process does not release it.
    """
    with _THREADS:
        try:
            fd = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            if os.name == "nt" and path.is_dir():  # pragma: no cover (a folder is never open there)
                yield
                return
            raise RunError("{path} is gone, or is not yours to read.", path=path) from error
        try:
            wait_lock(fd, path)
            yield
        finally:
            os.close(fd)
