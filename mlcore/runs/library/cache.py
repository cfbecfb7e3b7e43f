"""What was read of runs that have ended, cached for as long as their files do not change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

__all__ = ["RunCache"]

T = TypeVar("T")

_FILES = ("config.json", "label.json", "events.jsonl", "control.jsonl", "worker.json")

_Fingerprint = tuple[tuple[int, int, int] | None, ...]
"""Inode, size and time of change of each file; None if there is none."""


class RunCache(Generic[T]):
    """Reads runs, each only once if the result can be cached.

    Args:
        read: reads the run in a folder.
        cacheable: whether a result depends on the run's files alone, and not on its worker too.
    """

    def __init__(self, read: Callable[[Path], T], cacheable: Callable[[T], bool]) -> None:
        self._read, self._cacheable = read, cacheable
        self._cached: dict[str, tuple[_Fingerprint, T]] = {}

    def get(self, path: Path) -> T:
        """The run in the folder `path`; it is read again when one of its files has changed.

        Raises what `read` raises.
        """
        now = _fingerprint(path)  # before it is read: what changes meanwhile is read the next time
        cached = self._cached.get(path.name)
        if cached is not None and cached[0] == now:
            return cached[1]
        result = self._read(path)
        if self._cacheable(result):
            self._cached[path.name] = (now, result)
        return result

    def forget_others(self, runs: Iterable[str]) -> None:
        """Drop runs with other ids than these."""
        for gone in self._cached.keys() - set(runs):
            self._cached.pop(gone, None)


def _fingerprint(path: Path) -> _Fingerprint:
    return tuple(_file_fingerprint(f"{path}{os.sep}{name}") for name in _FILES)


def _file_fingerprint(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 (five for each run of a list: the quickest form)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
