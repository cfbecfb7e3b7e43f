"""queue.json: which runs wait, who is starting one right now, and how many may train at once."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mlcore.files import write_atomically
from mlcore.runs.record.worker import identity

__all__ = ["MOST_AT_ONCE", "Lineup", "Taker", "read_lineup", "write_lineup"]

MOST_AT_ONCE = 8
"""Runs that may train at once on a device, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """The process that has taken a run out of the queue, until a worker signs the run."""

    pid: int
    identity: str  # of the process, as in a worker's mark
    device: str = "auto"  # as the run's settings name it
    threads: int = 0  # CPU threads that it was given; 0: as many as there are

    @property
    def alive(self) -> bool:
        """Whether this very process lives."""
        return identity(self.pid) == self.identity

    @classmethod
    def me(cls, *, device: str = "auto", threads: int = 0) -> Taker:
        """The calling process."""
        pid = os.getpid()
        return cls(pid=pid, identity=identity(pid) or "", device=device, threads=threads)


@dataclass(slots=True, kw_only=True)
class Lineup:
    """What queue.json holds."""

    at_once: int = 1  # runs that train at once on a device
    waiting: list[str] = field(default_factory=list)  # ids, the next one first
    taken: dict[str, Taker] = field(default_factory=dict)  # id → who starts it right now


def read_lineup(path: Path) -> Lineup | None:
    """The queue on disk; None where it is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        at_once = int(found["at_once"])
        waiting = [_name(run) for run in found["waiting"]]
        taken = {_name(run): _taker(told) for run, told in found["taken"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Lineup(at_once=min(max(1, at_once), MOST_AT_ONCE), waiting=waiting, taken=taken)


def write_lineup(path: Path, lineup: Lineup) -> None:
    """Write the queue whole.

    Raises:
        RunError: it cannot be written.
    """
    write_atomically(path, json.dumps(asdict(lineup)) + "\n")


def _name(run: Any) -> str:
    """The id of a run, which names a folder beside the queue and nothing else."""
    if not isinstance(run, str) or run != Path(run).name or run.startswith("."):
        raise ValueError(run)
    return run


def _taker(told: dict[str, Any]) -> Taker:
    return Taker(
        pid=int(told["pid"]),
        identity=str(told["identity"]),
        device=str(told["device"]),
        threads=int(told["threads"]),
    )
