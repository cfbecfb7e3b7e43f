"""Files that one process at a time holds, where the system has such locks."""

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
except ImportError:  # pragma: no cover (Windows; there only the threads of a process take turns)
    fcntl = None  # type: ignore[assignment]

__all__ = ["alone", "try_lock", "wait_lock"]

_PATIENCE = 10.0  # seconds; whoever is waited for has a few small files to write
_HERE = threading.RLock()


def try_lock(fd: int) -> bool:
    """Take an open file for its holder alone until it is closed; False where another has it."""
    if fcntl is not None:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def wait_lock(fd: int, path: Path) -> None:
    """Take an open file, as soon as nobody else has it.

    Raises:
        RunError: another process does not let go of it.
    """
    until = time.monotonic() + _PATIENCE
    while not try_lock(fd):
        if time.monotonic() > until:
            raise RunError(f"Another process does not let go of {path}: end that one.")
        time.sleep(0.002)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Within the block no other process or thread is in a block of this file.

    Raises:
        RunError: the file cannot be made, or another process does not let go of it.
    """
    with _HERE:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            raise RunError(
                f"{path} cannot be written ({error.strerror}): check that the runs folder is "
                "yours and has room on its disk, or choose another with --runs or MLCORE_RUNS."
            ) from error
        try:
            wait_lock(fd, path)
            yield
        finally:
            os.close(fd)
