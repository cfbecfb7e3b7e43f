"""Which runs of a folder train right now, in any process, and what they occupy."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlcore.config import TrainConfig
from mlcore.errors import RunError
from mlcore.runs.active.threads import cores
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.status import State, read_state
from mlcore.runs.record.worker import read_worker

__all__ = ["ActiveRun", "active_runs", "actual_device", "slot_is_free", "threads_used"]

_dead: dict[Path, tuple[int, int]] = {}  # worker.json → its inode and time, once its worker is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveRun:
    """A run that occupies a slot of its device: it has a living worker, or is being started."""

    run: str
    state: State  # "running", "paused", or "queued" where it is being started
    device: str  # as its settings name it: "auto", "cpu", "cuda:0", …
    threads: int  # CPU threads; 0: as many as there are
    processes: int = 1  # that train it, on as many GPUs


def active_runs(root: Path) -> tuple[ActiveRun, ...]:
    """The runs in `root` that train or are paused, oldest first.

    Cheap to call often: of a run that ended this reads nothing again.
    """
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    except OSError:
        return ()
    found = (_active_run(root / name) for name in names)
    return tuple(one for one in found if one is not None)


def _active_run(path: Path) -> ActiveRun | None:
    file = path / "worker.json"
    try:
        now = file.stat()
    except OSError:
        return None
    version = (now.st_ino, now.st_mtime_ns)
    if _dead.get(file) == version:
        return None
    worker = read_worker(path)
    if worker is None or not worker.alive:
        _dead[file] = version  # worker.json is replaced, never changed; the dead stay dead
        return None
    folder = RunFolder(path)
    try:
        state, settings = read_state(folder), folder.config.train
    except RunError:
        return None
    if state not in ("running", "paused"):
        return None
    return ActiveRun(
        run=folder.id,
        state=state,
        device=settings.device,
        threads=settings.threads * settings.processes or worker.threads,
        processes=settings.processes,
    )


def actual_device(device: str, auto: str | None) -> str | None:
    """The one name of a device that settings may call "auto" or "cuda".

    Args:
        device: as the settings name it.
        auto: what "auto" stands for; None while that is not known, as the result is then.
    """
    return auto if device == "auto" else {"cuda": "cuda:0"}.get(device, device)


def slot_is_free(
    settings: TrainConfig, active: Iterable[ActiveRun], at_once: int, auto: str | None
) -> bool:
    """Whether a run may start on its device now, or on all of its GPUs.

    Args:
        settings: of the run.
        active: the runs that occupy a slot, on any device.
        at_once: how many may, on each device.
        auto: what "auto" stands for; while that is None, it may be any device.
    """
    here = _devices(settings.device, settings.processes, auto)
    there = [_devices(one.device, one.processes, auto) for one in active]
    if here is None:
        return len(there) < at_once
    return all(sum(other is None or one in other for other in there) < at_once for one in here)


def _devices(device: str, processes: int, auto: str | None) -> frozenset[str] | None:
    """The devices of a run; None: any, as it is not known what "auto" stands for."""
    first = actual_device(device, auto)
    if first is None:
        return None
    several = processes > 1 and first.startswith("cuda")
    return (
        frozenset(f"cuda:{number}" for number in range(processes))
        if several
        else frozenset((first,))
    )


def threads_used(active: Iterable[ActiveRun], auto: str | None) -> int:
    """CPU threads of all runs that train on the CPU.

    Args:
        active: the runs that occupy a slot, on any device.
        auto: what "auto" stands for; while that is None, it may be the CPU.
    """
    on_cpu = (one for one in active if actual_device(one.device, auto) in (None, "cpu"))
    return sum(one.threads or cores() for one in on_cpu)
