"""A disk whose power can be cut: what was synced of a folder, at every moment, and nothing else."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Disk:
    """What `os.fsync` has put on the disk, call by call.

    It is stricter than most file systems: a file that was never synced is empty, and a name is
    there only if its folder was synced, so that a rename counts from then on.
    """

    root: Path
    synced: list[Callable[[], None]] = field(default_factory=list)
    _contents: dict[int, bytes] = field(default_factory=dict)  # inode → what is in it
    _names: dict[int, dict[str, tuple[int, bool]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def watch(cls, root: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
        """From now on, note what this process syncs."""
        disk = cls(root)
        monkeypatch.setattr(os, "fsync", disk._fsync)
        return disk

    @property
    def moments(self) -> int:
        """Times at which something was synced."""
        return len(self.synced)

    def _fsync(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}")
        with self._lock:
            if stat.S_ISDIR(found.st_mode):
                names = {
                    entry.name: (entry.inode(), entry.is_dir(follow_symlinks=False))
                    for entry in os.scandir(descriptor)
                }
                self.synced.append(lambda: self._names.__setitem__(found.st_ino, names))
            else:
                content = path.read_bytes()
                self.synced.append(lambda: self._contents.__setitem__(found.st_ino, content))

    def after(self, moment: int, target: Path) -> None:
        """The folder as it is when the power fails after so many syncs and comes back."""
        self._contents.clear()
        self._names.clear()
        for apply in self.synced[:moment]:
            apply()
        self._write(self.root.stat().st_ino, target)

    def _write(self, folder: int, target: Path) -> None:
        target.mkdir()
        for name, (inode, is_folder) in self._names.get(folder, {}).items():
            if is_folder:
                self._write(inode, target / name)
            else:
                (target / name).write_bytes(self._contents.get(inode, b""))
