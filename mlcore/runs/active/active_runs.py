"""Which runs of a folder train right now, whoever started them. No torch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mlcore.errors import RunError
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.state import State
from mlcore.runs.record.worker import read_mark

__all__ = ["Training", "cores", "place", "training"]

_dead: dict[Path, tuple[int, int]] = {}  # worker.json → its inode and time, once its worker is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A run that takes a place: it has a living worker, or is about to."""

    run: str
    state: State  # "running", "paused", or "queued" where it is being started
    device: str  # as its settings name it: "auto", "cpu", "cuda:0", …
    threads: int  # CPU threads


def place(device: str, auto: str | None) -> str | None:
    """The one name of a device that settings may call "auto" or "cuda".

    Args:
        device: as the settings name it.
        auto: what "auto" stands for; None while that is not known, as the answer is then.
    """
    return auto if device == "auto" else {"cuda": "cuda:0"}.get(device, device)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def training(root: Path) -> tuple[Training, ...]:
    """The runs in `root` that train or are paused, oldest first.

    Cheap to ask often: of a run that ended this reads nothing again.
    """
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    except OSError:
        return ()
    found = (_look(root / name) for name in names)
    return tuple(one for one in found if one is not None)


def _look(path: Path) -> Training | None:
    file = path / "worker.json"
    try:
        now = file.stat()
    except OSError:
        return None
    sign = (now.st_ino, now.st_mtime_ns)
    if _dead.get(file) == sign:
        return None
    mark = read_mark(path)
    if mark is None or not mark.alive:
        _dead[file] = sign  # marks are replaced, never changed; the dead stay dead
        return None
    folder = RunFolder(path)
    try:
        state, asked = folder.state(), folder.config.train
    except RunError:
        return None
    if state not in ("running", "paused"):
        return None
    threads = asked.threads or mark.threads or cores()
    return Training(run=folder.id, state=state, device=asked.device, threads=threads)
