"""Results of short jobs that are kept for the next one: arrays in files, within bounds."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.files import atomic_file

__all__ = ["MOST_BYTES", "Kept", "content_key"]

MOST_BYTES = 256 * 2**20
"""Of all files together; the one that was not asked for the longest goes first."""

Arrays = dict[str, NDArray[Any]]


class Kept:
    """A folder of arrays by name; any process may use it at any time.

    Args:
        root: the folder; it is made when it is first written to.
        most: bytes of all files together.
    """

    def __init__(self, root: Path, most: int = MOST_BYTES) -> None:
        self._root, self._most = root, most

    def get(self, name: str, make: Callable[[], Mapping[str, NDArray[Any]]]) -> Arrays:
        """The arrays of this name; made, and kept, where they are not there or cannot be read."""
        path = self._root / f"{name}.npz"
        with contextlib.suppress(OSError, ValueError, KeyError, EOFError):
            with np.load(path, allow_pickle=False) as file:
                found = {key: file[key] for key in file.files}
            os.utime(path)
            return found
        made = dict(make())
        with contextlib.suppress(OSError):  # no room: it is made again the next time
            self._root.mkdir(parents=True, exist_ok=True)
            with atomic_file(path, sync=False) as (file, _):
                np.savez(file, **made)  # type: ignore[arg-type]
            self._thin_out()
        return made

    def _thin_out(self) -> None:
        held = []
        for path in self._root.iterdir():
            with contextlib.suppress(OSError):
                status = path.stat()
                held.append((status.st_mtime, status.st_size, path))
        left = self._most
        for _, size, path in sorted(held, reverse=True):
            left -= size
            if left < 0:
                with contextlib.suppress(OSError):
                    path.unlink()


def content_key(file: Path, *more: object) -> str:
    """A name for what follows from a file's content (SHA-256) and a few values."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256")
    digest.update(repr(more).encode())
    return digest.hexdigest()[:40]
