"""The status of a run, derived from its files and stored nowhere.

It is read cheaply: from the ends of the logs, never from the whole of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from mlcore import events
from mlcore.events import EpochDone, Event, Failed, Finished, StepsDone, Stopped
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.lines import parse_line, read_tail
from mlcore.runs.record.worker import Life, read_worker

__all__ = [
    "ENDED",
    "START_MARKER",
    "STATE_EVENTS",
    "RunStatus",
    "State",
    "derive_state",
    "is_read_only",
    "read_event",
    "read_state",
    "read_status",
    "start_asked",
]

State = Literal["queued", "running", "paused", "finished", "stopped", "failed", "lost"]

ENDED: frozenset[State] = frozenset({"finished", "stopped", "failed", "lost"})
"""States in which nothing more will be written, unless the run is resumed."""

STATE_EVENTS = frozenset({"started", "paused", "continued", "finished", "stopped", "failed"})
"""Kinds of the events that change a run's state."""

START_MARKER = "start"
"""The line in a control log that asks for a (new) start."""

_OUTCOMES: dict[str, State] = {"finished": "finished", "stopped": "stopped", "failed": "failed"}

_TAIL = 16 * 1024  # bytes; holds the last second or so of a fast run
_WIDE = 256 * 1024  # bytes; looked through for the last epoch, step lines left unread
_FAR = 16 * 1024 * 1024  # bytes; where damage fills the end
_STEPS = b'{"event": "steps"'


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """The state of a run and its newest figures."""

    state: State
    step: int = 0  # steps done
    epoch: int = 0  # whole epochs done
    loss: float | None = None  # of the last step
    last_epoch: EpochDone | None = None
    outcome: Finished | Stopped | Failed | None = None  # only where it is the state


class _Located(NamedTuple):
    """An event and the byte at which its line begins."""

    offset: int
    event: Event


def read_state(folder: RunFolder) -> State:
    """The state of a run."""
    return read_status(folder).state


def read_status(folder: RunFolder) -> RunStatus:
    """The state of a run and its newest figures."""
    mark = read_worker(folder.path)
    life: Life = "none" if mark is None else "alive" if mark.alive else "dead"
    begun = mark.events_from if mark else 0
    asked = start_asked(folder.control_path, mark.control_from if mark else 0)

    located = _newest(folder.events_path)[::-1]  # the last first
    newest = [event for _, event in located]
    ours = [event for offset, event in located if offset >= begun]  # of the last worker
    steps = next((event for event in newest if isinstance(event, StepsDone)), None)
    outcome = next(
        (event for event in ours if isinstance(event, Finished | Stopped | Failed)), None
    )
    last = next((event.kind for event in ours if event.kind in STATE_EVENTS), None)
    state = derive_state(
        last or ("steps" if ours else None), life, asked, read_only=is_read_only(folder.path)
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
    """The state that follows from what the files of a run say.

    Args:
        last: kind of the newest event that changes the state (see `STATE_EVENTS`; any other
            counts as under way), of those since the last worker's start; None: there is none.
        life: whether the run has a worker.
        asked: a start was asked for that no worker has taken up yet.
        read_only: its folder cannot be written, so that no worker can take it up.
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


def read_event(record: Mapping[str, Any]) -> Event | None:
    """The event of a line, or None for a kind that this version does not know.

    Raises:
        ValueError: the line is damaged.
    """
    try:
        event = events.from_json(record)
    except (TypeError, OverflowError) as error:
        raise ValueError(str(error)) from error
    counts = () if event is None else (event.step, event.epoch)
    if not all(isinstance(count, int) and count >= 0 for count in counts):
        raise ValueError(f"damaged event: {record!r}")
    return event


def start_asked(path: Path, handled: int) -> bool:
    """Whether a start marker stands behind the first `handled` bytes of a control log."""
    try:
        if path.stat().st_size <= handled:
            return False
        with path.open("rb") as file:
            file.seek(handled)
            lines = file.read().split(b"\n")[:-1]  # what follows the last line end is torn
    except OSError:
        return False
    return any((parse_line(line) or {}).get("command") == START_MARKER for line in lines)


def _newest(path: Path) -> list[_Located]:
    """The last events with their places; reaches further back to find an epoch's end."""
    for size in (_TAIL, _WIDE, _FAR):
        lines = read_tail(path, size)
        if newest := _parse(lines):
            break  # else one long line, or damage, fills the end
    if lines and lines[0][0] > 0 and not any(isinstance(e, EpochDone) for _, e in newest):
        wide = read_tail(path, _WIDE)
        newest = (
            _parse([line for line in wide if line[0] < lines[0][0] and _rare(line[1])]) + newest
        )
    return newest


def _rare(line: bytes) -> bool:
    return not line.startswith(b'{"event": "steps"')


def _parse(lines: list[tuple[int, bytes]]) -> list[_Located]:
    """The events of these lines, in order; of those with the losses of steps only the last."""
    located: list[_Located] = []
    steps_known = False
    for offset, line in reversed(lines):
        if steps_known and not _rare(line):
            continue
        record = parse_line(line)
        try:
            event = read_event(record) if record else None
        except ValueError:
            continue
        if event is not None:
            located.append(_Located(offset, event))
            steps_known = steps_known or isinstance(event, StepsDone)
    return located[::-1]
