"""The data set that the supervisor keeps in memory; its children share the pages."""

from __future__ import annotations

from pathlib import Path

from mlcore.config import RunConfig, data_root
from mlcore.data import RawData, find_family, load_raw
from mlcore.data.raw import find_files
from mlcore.errors import MlcoreError

__all__ = ["DataCache"]

_Fingerprint = tuple[tuple[str, int, int], ...]  # path, size and time of change of each file


class DataCache:
    """Keeps the data set that was loaded last."""

    def __init__(self) -> None:
        self._held: tuple[str, _Fingerprint, RawData] | None = None

    def load(self, name: str, root: Path) -> None:
        """Read a data set, unless it is held already; one that cannot be read is left out."""
        try:
            fingerprint = _fingerprint(name, root)
            if self._held is None or self._held[:2] != (name, fingerprint):
                self._held = (name, fingerprint, load_raw(name, root))
        except (MlcoreError, OSError, ValueError, MemoryError):
            self._held = None  # the run that trains on it gets the error

    def get(self, config: RunConfig) -> RawData | None:
        """The data set of these settings; None where it is not held, or its files have changed."""
        if self._held is None or self._held[0] != config.data.name:
            return None
        try:
            fingerprint = _fingerprint(config.data.name, data_root(config.data))
        except (MlcoreError, OSError):
            return None
        return self._held[2] if self._held[1] == fingerprint else None


def _fingerprint(name: str, root: Path) -> _Fingerprint:
    family = find_family(name)
    splits = [files for files in (family.train, family.test) if files is not None]
    paths = [path for files in splits for path in find_files(family, files, root)]
    found = [(str(path.resolve()), path.stat()) for path in paths]
    return tuple((path, info.st_size, info.st_mtime_ns) for path, info in found)
