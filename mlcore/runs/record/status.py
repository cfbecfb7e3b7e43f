"""The status of a run, derived from its files and stored nowhere.

It is read cheaply: from the ends of the logs, never from the whole of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mlcore.events import EpochDone, Failed, Finished, StepsDone, Stopped
from mlcore.files import open_file
from mlcore.runs.record.event_log import newest_events
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.lines import parse_line
from mlcore.runs.record.worker import Life, life_of, read_worker
from mlcore.words import N_

__all__ = [
    "ENDED",
    "START_MARKER",
    "STATE_EVENTS",
    "STATE_WORDS",
    "RunStatus",
    "State",
    "derive_state",
    "is_read_only",
    "read_state",
    "read_status",
    "start_asked",
]

State = Literal["queued", "running", "paused", "finished", "stopped", "failed", "lost"]

STATE_WORDS: Mapping[State, str] = {
    "queued": N_("queued"),
    "running": N_("running"),
    "paused": N_("paused"),
    "finished": N_("finished"),
    "stopped": N_("stopped"),
    "failed": N_("failed"),
    "lost": N_("lost"),
}
"""What a state is called in a sentence."""

ENDED: frozenset[State] = frozenset({"finished", "stopped", "failed", "lost"})
"""States in which nothing more will be written, unless the run is resumed."""

STATE_EVENTS = frozenset({"started", "paused", "continued", "finished", "stopped", "failed"})
"""Kinds of the events that change a run's state."""

START_MARKER = "start"
"""The line in a control log that asks for a (new) start."""

_QUOTED = f'"{START_MARKER}"'.encode()
_OUTCOMES: dict[str, State] = {"finished": "finished", "stopped": "stopped", "failed": "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """The state of a run and its newest figures."""

    state: State
    step: int = 0  # steps done
    epoch: int = 0  # whole epochs done
    loss: float | None = None  # of the last step
    last_epoch: EpochDone | None = None
    outcome: Finished | Stopped | Failed | None = None  # only where it is the state


def read_state(folder: RunFolder) -> State:
    """The state of a run."""
    return read_status(folder).state


def read_status(folder: RunFolder) -> RunStatus:
    """The state of a run and its newest figures."""
    worker = read_worker(folder.path)
    asked = start_asked(folder.control_path, worker.control_from if worker else 0)

    logged = newest_events(folder.events_path)[::-1]  # the last first
    newest = [event for _, event in logged]
    begun = worker.events_from if worker else 0
    ours = [event for offset, event in logged if offset >= begun]  # since the last worker's start
    steps = next((event for event in newest if isinstance(event, StepsDone)), None)
    outcome = next(
        (event for event in ours if isinstance(event, Finished | Stopped | Failed)), None
    )
    last = next((event.kind for event in ours if event.kind in STATE_EVENTS), None)
    state = derive_state(
        last or ("steps" if ours else None),
        life_of(worker),
        asked,
        read_only=is_read_only(folder.path),
    )
    return RunStatus(
        state=state,
        step=newest[0].step if newest else 0,
        epoch=newest[0].epochs_done if newest else 0,
        loss=steps.losses[-1] if steps and steps.losses else None,
        last_epoch=next((event for event in newest if isinstance(event, EpochDone)), None),
        outcome=outcome if outcome and outcome.kind == state else None,
    )


def derive_state(
    last: str | None, life: Life, asked: bool = False, *, read_only: bool = False
) -> State:
    """The state that follows from what a run's files say.

    Args:
        last: kind of the newest event that changes the state (see `STATE_EVENTS`; any other
            counts as training), of those since the last worker's start; None: there is none.
        life: whether the run has a worker.
        asked: a start was asked for, and no worker has begun it yet.
        read_only: its folder cannot be written, so that no worker can train it.
    """
    ended = _OUTCOMES.get(last or "")
    if life == "alive" and not ended:
        return "paused" if last == "paused" else "running"
    if asked or (life == "none" and last is None):
        return "lost" if read_only else "queued"
    return ended or "lost"


def is_read_only(path: Path) -> bool:
    """Whether the folder is there and cannot be written."""
    return path.is_dir() and not os.access(path, os.W_OK)


def start_asked(path: Path, handled: int) -> bool:
    """Whether there is a start marker after the first `handled` bytes of a control log."""
    try:
        if path.stat().st_size <= handled:
            return False
        with open_file(path) as file:
            file.seek(handled)
            lines = file.read().split(b"\n")[:-1]  # what follows the last line end is torn
    except OSError:
        return False
    marked = (line for line in lines if _QUOTED in line)
    return any((parse_line(line) or {}).get("command") == START_MARKER for line in marked)
