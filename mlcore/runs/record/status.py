"""Where a run stands, read cheaply: from the ends of its logs, never from the whole of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mlcore import events
from mlcore.events import EpochDone, Event, Failed, Finished, StepsDone, Stopped
from mlcore.runs.record.lines import parse_line, read_tail
from mlcore.runs.record.state import State, derive
from mlcore.runs.record.worker import Life, read_worker

__all__ = ["START", "TURNS", "Standing", "judge", "read_event", "read_only", "stand", "start_asked"]

START = "start"
"""The line in a control log that asks for a (new) start."""

TURNS = frozenset({"started", "paused", "continued", "finished", "stopped", "failed"})
"""Kinds of the events that say where a run stands."""

_TAIL = 16 * 1024  # bytes; holds the last second or so of a fast run
_WIDE = 256 * 1024  # bytes; looked through for the last epoch, step lines left unread
_FAR = 16 * 1024 * 1024  # bytes; where damage fills the end
_STEPS = b'{"event": "steps"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of a run and its newest figures."""

    state: State
    step: int = 0  # steps done
    epoch: int = 0  # whole epochs done
    loss: float | None = None  # of the last step
    last_epoch: EpochDone | None = None
    outcome: Finished | Stopped | Failed | None = None  # only where it is the state


class _Placed(NamedTuple):
    """An event and the byte at which its line begins."""

    offset: int
    event: Event


def stand(path: Path) -> Standing:
    """Where the run in the folder `path` stands."""
    mark = read_worker(path)
    life: Life = "none" if mark is None else "alive" if mark.alive else "dead"
    begun = mark.events_from if mark else 0
    asked = start_asked(path / "control.jsonl", mark.control_from if mark else 0)

    newest = _newest(path / "events.jsonl")[::-1]  # the last first
    ours = [event for offset, event in newest if offset >= begun]
    turn = next((event.kind for event in ours if event.kind in TURNS), "steps" if ours else None)
    state = judge(path, turn, life, asked)
    told = [event for _, event in newest]
    steps = next((event for event in told if isinstance(event, StepsDone)), None)
    outcome = next(
        (event for event in ours if isinstance(event, Finished | Stopped | Failed)), None
    )
    return Standing(
        state=state,
        step=_steps_done(told[0]) if told else 0,
        epoch=told[0].epoch - isinstance(told[0], StepsDone) if told else 0,
        loss=steps.losses[-1] if steps and steps.losses else None,
        last_epoch=next((event for event in told if isinstance(event, EpochDone)), None),
        outcome=outcome if outcome and outcome.kind == state else None,
    )


def judge(path: Path, last: str | None, life: Life, asked: bool) -> State:
    """The state of the run in a folder, see `derive`; one that no worker can write is lost."""
    state = derive(last, life, asked)
    return "lost" if state == "queued" and read_only(path) else state


def read_only(path: Path) -> bool:
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
    counts = () if event is None else (_steps_done(event), event.epoch)
    if not all(isinstance(count, int) and count >= 0 for count in counts):
        raise ValueError(f"damaged event: {record!r}")
    return event


def start_asked(path: Path, heeded: int) -> bool:
    """Whether a start marker stands behind the first `heeded` bytes of a control log."""
    try:
        if path.stat().st_size <= heeded:
            return False
        with path.open("rb") as file:
            file.seek(heeded)
            lines = file.read().split(b"\n")[:-1]  # what follows the last line end is torn
    except OSError:
        return False
    return any((parse_line(line) or {}).get("command") == START for line in lines)


def _newest(path: Path) -> list[_Placed]:
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


def _parse(lines: list[tuple[int, bytes]]) -> list[_Placed]:
    """The events of these lines, in order; of those with the losses of steps only the last."""
    placed: list[_Placed] = []
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
            placed.append(_Placed(offset, event))
            steps_known = steps_known or isinstance(event, StepsDone)
    return placed[::-1]


def _steps_done(event: Event) -> int:
    return event.first + len(event.losses) - 1 if isinstance(event, StepsDone) else event.step
