"""queue.json: which runs wait, who is starting one right now, and how many may train at once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mlcore.files import write_atomically
from mlcore.plain_json import read_object
from mlcore.runs.record.worker import ProcessRecord

__all__ = ["MOST_AT_ONCE", "Claim", "Loan", "QueueState", "read_queue", "write_queue"]

MOST_AT_ONCE = 8
"""Runs that may train at once on a device, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(ProcessRecord):
    """The process that has taken a run out of the queue, until a worker begins with it."""

    device: str = "auto"  # as the run's settings name it
    threads: int = 0  # CPU threads that it was given; 0: as many as there are
    processes: int = 1  # that train it, on as many GPUs


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan(ProcessRecord):
    """A process that needs more runs to train at once, as long as it lives."""

    borrower: str  # the name of its sweep
    at_once: int


@dataclass(slots=True, kw_only=True)
class QueueState:
    """What queue.json holds."""

    at_once: int = 1  # runs that train at once on a device, as a person set it
    waiting: list[str] = field(default_factory=list)  # ids, the next one first
    claims: dict[str, Claim] = field(default_factory=dict)  # id → who starts it right now
    loans: list[Loan] = field(default_factory=list)  # who has more train at once meanwhile

    @property
    def living_loans(self) -> list[Loan]:
        """The loans of processes that live, and that have more train at once than was set."""
        return [one for one in self.loans if one.at_once > self.at_once and one.alive]

    @property
    def at_once_now(self) -> int:
        """Runs that train at once on a device right now."""
        return max((one.at_once for one in self.living_loans), default=self.at_once)


def read_queue(path: Path) -> QueueState | None:
    """The queue on disk; None where it is missing or damaged."""
    try:
        found = read_object(path)
        at_once = int(found["at_once"])
        waiting = [_checked_id(run) for run in found["waiting"]]
        written = found["claims"] if "claims" in found else found["taken"]  # of earlier versions
        claims = {_checked_id(run): _claim(values) for run, values in written.items()}
        loans = [_loan(values) for values in found.get("loans", ())]  # earlier versions have none
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    return QueueState(at_once=_within(at_once), waiting=waiting, claims=claims, loans=loans)


def write_queue(path: Path, state: QueueState) -> None:
    """Write the queue whole.

    Raises:
        RunError: it cannot be written.
    """
    write_atomically(path, json.dumps(asdict(state)) + "\n")


def _checked_id(run: Any) -> str:
    """The id of a run, which names a folder beside the queue and nothing else."""
    if not isinstance(run, str) or run != Path(run).name or run.startswith(".") or "\0" in run:
        raise ValueError(run)
    return run


def _claim(values: dict[str, Any]) -> Claim:
    return Claim(
        pid=int(values["pid"]),
        identity=str(values["identity"]),
        device=str(values["device"]),
        threads=int(values["threads"]),
        processes=int(values.get("processes", 1)),  # earlier versions name none
    )


def _loan(values: dict[str, Any]) -> Loan:
    return Loan(
        pid=int(values["pid"]),
        identity=str(values["identity"]),
        borrower=str(values["borrower"]),
        at_once=_within(int(values["at_once"])),
    )


def _within(at_once: int) -> int:
    return min(max(1, at_once), MOST_AT_ONCE)
