"""What was read of runs that have ended, cached for as long as their files do not change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

__all__ = ["Cached", "Fingerprint", "RunCache"]

T = TypeVar("T")

_FILES = ("config.json", "label.json", "events.jsonl", "control.jsonl", "worker.json")

Fingerprint = tuple[tuple[int, ...] | None, ...]
"""Inode, size and time of change of each file; None if there is none."""


class Cached(NamedTuple, Generic[T]):
    """What was read of a run, and the fingerprint of the files that it was read from."""

    fingerprint: Fingerprint
    result: T


class RunCache(Generic[T]):
    """Reads runs, each only once if the result can be cached.

    Args:
        read: reads the run in a folder.
        cacheable: whether a result depends on the run's files alone, and not on its worker too.

    Attributes:
        added: how many runs were read into it since it was last filled or counted as saved.
    """

    def __init__(self, read: Callable[[Path], T], cacheable: Callable[[T], bool]) -> None:
        self._read, self._cacheable = read, cacheable
        self._cached: dict[str, Cached[T]] = {}
        self.added = 0

    @property
    def entries(self) -> Mapping[str, Cached[T]]:
        """Id → what is cached of each run; a copy, as other threads read on."""
        return dict(self._cached)

    def fill(self, entries: Mapping[str, Cached[T]]) -> None:
        """Take over what another cache held; what is cached already is newer and stays."""
        self._cached = {**entries, **self._cached}

    def get(self, path: Path) -> T:
        """The run in the folder `path`; it is read again when one of its files has changed.

        Raises what `read` raises.
        """
        now = _fingerprint(path)  # before it is read: what changes meanwhile is read the next time
        cached = self._cached.get(path.name)
        if cached is not None and cached.fingerprint == now:
            return cached.result
        result = self._read(path)
        if self._cacheable(result):
            self._cached[path.name] = Cached(now, result)
            self.added += 1
        return result

    def forget_others(self, runs: Iterable[str]) -> None:
        """Drop runs with other ids than these."""
        for gone in self._cached.keys() - set(runs):
            self._cached.pop(gone, None)


def _fingerprint(path: Path) -> Fingerprint:
    return tuple(_file_fingerprint(f"{path}{os.sep}{name}") for name in _FILES)


def _file_fingerprint(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 (five for each run of a list: the quickest form)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
