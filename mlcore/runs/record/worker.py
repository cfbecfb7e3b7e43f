"""worker.json: the process that trains a run, distinguished from a later one with its id."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_type_hints

import psutil

from mlcore.files import size_of, write_atomically
from mlcore.plain_json import read_object

__all__ = [
    "Life",
    "ProcessRecord",
    "WorkerRecord",
    "identity",
    "life_of",
    "read_worker",
    "write_worker",
]

Life = Literal["none", "alive", "dead"]
"""Whether a run has a worker: it never had one, it has, or it had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRecord:
    """One process, distinguished from an earlier or later one with the same id."""

    pid: int
    identity: str  # see `identity`

    @property
    def alive(self) -> bool:
        """Whether this very process lives; another one with its id does not count."""
        return identity(self.pid) == self.identity

    @classmethod
    def mine(cls, **values: Any) -> Self:
        """The record of the calling process.

        Args:
            values: the record's other fields.
        """
        pid = os.getpid()
        return cls(pid=pid, identity=identity(pid) or "", **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRecord(ProcessRecord):
    """The process that trains a run, and where in the logs its start lies."""

    events_from: int = 0  # bytes of events.jsonl that were there before this worker
    control_from: int = 0  # bytes of control.jsonl up to and with its start marker
    threads: int = 0  # CPU threads it was given; 0: torch's own choice, or its settings say

    @property
    def rebooted(self) -> bool:
        """Whether the machine was restarted since; False where the system does not say."""
        boot = self.identity.rpartition("/")[0]
        return bool(boot) and boot != (identity(os.getpid()) or "").rpartition("/")[0]

    @classmethod
    def nobody(cls, events: Path, control: Path) -> WorkerRecord:
        """The record of a worker that died before it wrote one: its start counts as handled."""
        return cls(pid=0, identity="", events_from=size_of(events), control_from=size_of(control))


def life_of(worker: WorkerRecord | None) -> Life:
    """Whether a run with this record of its last worker has one."""
    if worker is None:
        return "none"
    return "alive" if worker.alive else "dead"


def identity(pid: int) -> str | None:
    """What distinguishes a process from others with its id; None when it is gone.

    On Linux: the boot and the clock tick of the start, which no change of the wall clock moves.
    Elsewhere: the start time. A zombie counts as gone.
    """
    try:
        return _linux_identity(pid)
    except (FileNotFoundError, ProcessLookupError):
        pass  # no such process (it may end between opening and reading), or no such system
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{process.create_time():.2f}"
    except (psutil.Error, ValueError, OverflowError):
        return None


def _linux_identity(pid: int) -> str | None:
    text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    fields = text[text.rindex(")") + 2 :].split()  # the name before may hold anything
    if fields[0] in "ZX":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{fields[19]}"


def write_worker(folder: Path, worker: WorkerRecord, *, sync: bool = True) -> None:
    """Write worker.json whole.

    Args:
        folder: where it lies.
        worker: the record.
        sync: make it outlast a power cut.

    Raises:
        RunError: it cannot be written.
    """
    write_atomically(folder / "worker.json", json.dumps(asdict(worker)) + "\n", sync=sync)


def read_worker(folder: Path) -> WorkerRecord | None:
    """The run's last worker, or None where there was none (or its file is damaged)."""
    try:
        found = read_object(folder / "worker.json")
        worker = WorkerRecord(**{name: found[name] for name in _KINDS if name in found})
    except (OSError, ValueError, TypeError):
        return None
    valid = all(isinstance(getattr(worker, name), kind) for name, kind in _KINDS.items())
    return worker if valid else None


_KINDS = get_type_hints(WorkerRecord)
