"""Small files written whole: under a temporary name, then renamed."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from mlcore.errors import RunError

__all__ = ["size_of", "write_atomically"]


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def write_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never a part.

    Raises:
        RunError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)  # noqa: PTH105 (os.replace says what it promises)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise RunError(
            f"{path} cannot be written ({error.strerror}): "
            "check that its folder exists, is yours, and has room on its disk."
        ) from error
