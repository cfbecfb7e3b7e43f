"""Data sets that lie ready in the supervisor's memory; its children share the pages."""

from __future__ import annotations

from pathlib import Path

from mlcore.config import RunConfig, data_root
from mlcore.data import RawData, find_family, load_raw
from mlcore.data.raw import find_files
from mlcore.errors import MlcoreError

__all__ = ["Shelf"]

_State = tuple[tuple[str, int, int], ...]  # path, size and time of change of each file


class Shelf:
    """Keeps the data set that was asked for last."""

    def __init__(self) -> None:
        self._held: tuple[str, _State, RawData] | None = None

    def put(self, name: str, root: Path) -> None:
        """Read a data set, unless it lies here already; what cannot be read is left out."""
        try:
            state = _state(name, root)
            if self._held is None or self._held[:2] != (name, state):
                self._held = (name, state, load_raw(name, root))
        except (MlcoreError, OSError, ValueError, MemoryError):
            self._held = None  # whoever trains on it meets the reason

    def take(self, config: RunConfig) -> RawData | None:
        """The data set of these settings, if it lies here and its files are as they were."""
        if self._held is None or self._held[0] != config.data.name:
            return None
        try:
            state = _state(config.data.name, data_root(config.data))
        except (MlcoreError, OSError):
            return None
        return self._held[2] if self._held[1] == state else None


def _state(name: str, root: Path) -> _State:
    family = find_family(name)
    splits = [files for files in (family.train, family.test) if files is not None]
    paths = [path for files in splits for path in find_files(family, files, root)]
    found = [(str(path.resolve()), path.stat()) for path in paths]
    return tuple((path, info.st_size, info.st_mtime_ns) for path, info in found)
