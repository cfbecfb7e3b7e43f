"""What was read of runs that have ended, kept for as long as their files stay as they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

__all__ = ["Known"]

T = TypeVar("T")

_FILES = ("config.json", "label.json", "events.jsonl", "control.jsonl", "worker.json")

_Signs = tuple[tuple[int, int, int] | None, ...]
"""Inode, size and time of change of each file; None where there is none."""


class Known(Generic[T]):
    """Reads runs, and those that can be kept only once.

    Args:
        read: gives what is to be known of the run in a folder.
        lasts: whether that follows from the run's files alone, and not from a living worker too.
    """

    def __init__(self, read: Callable[[Path], T], lasts: Callable[[T], bool]) -> None:
        self._read, self._lasts = read, lasts
        self._held: dict[str, tuple[_Signs, T]] = {}

    def get(self, path: Path) -> T:
        """What is known of the run in the folder `path`; a change of its files is noticed.

        Raises what `read` raises.
        """
        signs = _signs(path)  # before it is read: what changes meanwhile is read the next time
        held = self._held.get(path.name)
        if held is not None and held[0] == signs:
            return held[1]
        found = self._read(path)
        if self._lasts(found):
            self._held[path.name] = (signs, found)
        return found

    def forget_others(self, runs: Iterable[str]) -> None:
        """Keep nothing of runs with other ids than these."""
        for gone in self._held.keys() - set(runs):
            self._held.pop(gone, None)


def _signs(path: Path) -> _Signs:
    return tuple(_sign(f"{path}{os.sep}{name}") for name in _FILES)


def _sign(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 (five for each run of a list: the quickest form)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
