"""Room on the disk that a run keeps for its final message: a full disk must not silence it."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

from mlcore.files import write_atomically

__all__ = ["release", "reserve"]

_BYTES = 16 * 1024  # several blocks: for a line of the history, and for worker.json


def reserve(folder: Path) -> None:
    """Take the room, before a run begins or is resumed.

    Raises:
        RunError: there is none.
    """
    path = _file(folder)
    if not path.exists():
        write_atomically(path, secrets.token_hex(_BYTES // 2))  # nothing that compresses to nothing


def release(folder: Path) -> None:
    """Free the room, for what is written next."""
    with contextlib.suppress(OSError):
        _file(folder).unlink()


def _file(folder: Path) -> Path:
    return folder / ".reserve"
