"""How an event is written as a line of events.jsonl, read back, and recognised unparsed.

Most lines of a long history hold the losses of steps. A search for another kind of event skips
them by their first bytes, which is why writing and recognising them is in one place.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from mlcore import events
from mlcore.events import EVENTS, EpochDone, Event, StepsDone
from mlcore.files import open_file
from mlcore.runs.record.lines import encode_line, parse_line, read_backwards, read_tail

__all__ = [
    "LoggedEvent",
    "event_record",
    "events_of",
    "latest_events",
    "newest_events",
    "read_event",
]

E = TypeVar("E", bound=Event)

_TAIL = 16 * 1024  # bytes; holds the last second or so of a fast run
_WIDE = 256 * 1024  # bytes; searched for the last epoch, lines of step losses left unread
_FAR = 16 * 1024 * 1024  # bytes; where damage fills the end
_PIECE = 2**20  # bytes of a log in memory at once


class LoggedEvent(NamedTuple):
    """An event and the byte at which its line begins."""

    offset: int
    event: Event


def event_record(event: Event, dtype: str = "float32") -> dict[str, Any]:
    """What a line of the history holds: the event and the time (unix seconds).

    Nine digits tell float32 losses apart; all 17 would make the log twice as long.

    Args:
        event: what happened.
        dtype: kind of numbers that losses are; those of float64 keep all digits.
    """
    record = events.to_json(event)
    if isinstance(event, StepsDone) and dtype == "float32":
        record["losses"] = [None if x is None else float(f"{x:.9g}") for x in record["losses"]]
    return {**record, "time": round(time.time(), 3)}


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


def newest_events(path: Path) -> list[LoggedEvent]:
    """The last events of a history, in order; with the losses of steps only the very last.

    Reaches back as far as the end of an epoch, unless that is too far back.
    """
    for size in (_TAIL, _WIDE, _FAR):
        lines = read_tail(path, size)
        if newest := _parse(lines):
            break  # else one long line, or damage, fills the end
    if lines and lines[0][0] > 0 and not any(isinstance(e, EpochDone) for _, e in newest):
        earlier = [line for line in read_tail(path, _WIDE) if line[0] < lines[0][0]]
        newest = _parse([line for line in earlier if not _holds(line[1], StepsDone.kind)]) + newest
    return newest


def latest_events(path: Path, kind: type[E]) -> Iterator[E]:
    """The events of one kind in a history, the last first; damaged lines are left out."""
    for line in read_backwards(path):
        if not _holds(line, kind.kind):
            continue
        try:
            event = read_event(parse_line(line) or {})
        except ValueError:
            continue
        if isinstance(event, kind):
            yield event


def events_of(path: Path, *kinds: type[Event]) -> Iterator[Event]:
    """The events of some kinds in a history, in order; damaged lines are left out.

    The lines of others are passed over unparsed: a log of 20,000 steps takes a millisecond.
    """
    beginnings = tuple(b"\n" + _BEGINNINGS[kind.kind] for kind in kinds)
    with contextlib.suppress(OSError), open_file(path) as file:
        rest = b"\n"  # so that the first line follows a line end, as the others do
        while piece := file.read(_PIECE):
            text = rest + piece
            end = text.rfind(b"\n")
            for start in sorted(_starts(text[: end + 1], beginnings)):
                line = text[start + 1 : text.find(b"\n", start + 1)]
                with contextlib.suppress(ValueError):
                    event = read_event(parse_line(line) or {})
                    if event is not None:
                        yield event
            rest = text[end:]


def _starts(text: bytes, beginnings: tuple[bytes, ...]) -> Iterator[int]:
    """Where whole lines with one of these beginnings start, less the line end before them."""
    for beginning in beginnings:
        at = text.find(beginning)
        while at >= 0 and text.find(b"\n", at + 1) >= 0:
            yield at
            at = text.find(beginning, at + 1)


def _parse(lines: list[tuple[int, bytes]]) -> list[LoggedEvent]:
    """The events of these lines, in order; of those with the losses of steps only the last."""
    logged: list[LoggedEvent] = []
    steps_found = False
    for offset, line in reversed(lines):
        if steps_found and _holds(line, StepsDone.kind):
            continue
        record = parse_line(line)
        try:
            event = read_event(record) if record else None
        except ValueError:
            continue
        if event is not None:
            logged.append(LoggedEvent(offset, event))
            steps_found = steps_found or isinstance(event, StepsDone)
    return logged[::-1]


def _holds(line: bytes, kind: str) -> bool:
    """Whether a line holds an event of this kind, found without parsing it."""
    return line.startswith(_BEGINNINGS[kind])


_BEGINNINGS = {  # `events.to_json` writes the kind first
    kind: encode_line({"event": kind}).removesuffix(b"}\n") for kind in EVENTS
}
