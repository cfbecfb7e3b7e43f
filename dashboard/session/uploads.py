"""Files that a person uploads: kept under a random name, gone with the session.

A name that a stranger chose never reaches the file system, and two sessions never share a file.
"""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlcore.errors import CheckpointError

__all__ = ["Upload", "clear_stale", "save_upload"]

_STALE = 7 * 24 * 3600.0  # seconds; leftovers of a server that was killed
_PREFIX = "mlcore-uploads-"


class Upload:
    """One uploaded file; deleted when it is discarded or nothing refers to it any more."""

    def __init__(self, name: str, path: Path, size: int) -> None:
        self.name = name  # as the person calls it: to be shown as text, never used as a path
        self.path = path
        self.size = size  # bytes
        self.inspection: Mapping[str, Any] = {}  # what is in it, once it was inspected
        self.assumed: dict[str, Any] = {}  # what a person said that the file does not say
        self.refused: dict[str, str] = {}  # what was typed of it, and means nothing
        self.trials: Mapping[str, Any] | None = None  # the normalisations tried on it
        self._finalizer = weakref.finalize(self, _remove, path)

    def discard(self) -> None:
        """Delete the file now; again is no error."""
        self._finalizer()


def save_upload(name: str, content: memoryview, folder: Path | None = None) -> Upload:
    """Write uploaded bytes to a file of their own, readable by this user alone.

    Args:
        name: what the person's file is called.
        content: the bytes, not copied.
        folder: where to; the temporary folder of the machine when None.

    Raises:
        CheckpointError: the disk is full or not writable.
    """
    base = folder or Path(tempfile.gettempdir())
    try:
        clear_stale(base)
        own = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
        path = own / f"{secrets.token_hex(8)}.upload"
        try:
            path.write_bytes(content)
        except OSError:
            _remove(path)
            raise
    except OSError as error:
        raise CheckpointError(
            "The uploaded file could not be saved in {folder}: {reason}; free some space there and "
            "upload it again.",
            folder=base,
            reason=error.strerror or str(error),
        ) from error
    return Upload(name, path, content.nbytes)


def clear_stale(base: Path) -> None:
    """Remove uploads of earlier servers that nobody could remove."""
    for left in base.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, or another server removed it first
            if abs(time.time() - left.stat().st_mtime) > _STALE:  # the clock may be set back
                for path in left.glob("*.upload"):
                    path.unlink()
                left.rmdir()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # the temporary folder was cleared
        path.unlink(missing_ok=True)
        path.parent.rmdir()
