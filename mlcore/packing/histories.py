"""A stranger's history, line by line: what is an event of a run is kept, written anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import IO, Any

from mlcore.checkpoint.untrusted.source import Source
from mlcore.checkpoint.untrusted.zipcheck import Record
from mlcore.config import EDITABLE, SETTINGS
from mlcore.errors import RunError, SettingsError
from mlcore.events import CheckpointSaved, Event, SettingsEdited, Started, StepsDone, Stopped
from mlcore.packing.members import EVENTS, is_checkpoint, read_pieces
from mlcore.runs.record.event_log import event_record, read_event
from mlcore.runs.record.lines import encode_line, parse_line
from mlcore.runs.record.status import STATE_EVENTS
from mlcore.summary import FLOAT_BYTES

__all__ = ["CopiedHistory", "copy_history"]

_LONGEST = 2**20  # bytes of a line of step losses
_LONGEST_OTHER = 2**16  # bytes of any other line
_MOST = 1_000_000  # lines; a run writes some twenty a second
_MOST_OTHERS = 100_000  # of these, lines of other events, each of which stays in memory
_FURTHEST = 2**25  # steps; their losses take 128 MiB
_COUNT = 2**40  # of images, parameters, steps to come
_THREADS = range(1, 1025)
_DEVICE = re.compile(r"cpu|cuda(:\d{1,3})?|mps")
_END_KINDS = ("finished", "stopped", "failed")


@dataclass(slots=True)
class CopiedHistory:
    """What was copied."""

    left_out: int = 0  # lines that are no events of a run
    step: int = 0  # of the last event
    epoch: int = 0
    ended: bool = False

    def end(self, step: int, epoch: int, target: IO[bytes]) -> None:
        """See to it that the history has an end, as nobody here trains the run.

        Args:
            step: of the last checkpoint.
            epoch: whole epochs done then.
            target: the history.
        """
        if not self.ended:
            step, epoch = max((self.step, self.epoch), (step, epoch))
            stopped = Stopped(step=step, epoch=epoch, reason="packed")
            target.write(encode_line(event_record(stopped)))


def copy_history(source: Source, member: Record, target: IO[bytes]) -> CopiedHistory:
    """Copy what events there are; numbers stay as they are, to the last bit.

    Raises:
        CheckpointError: the file shrank, or cannot be read.
        OSError: the target cannot be written.
        RunError: there are more lines than any run writes.
    """
    copied, lines, others = CopiedHistory(), 0, 0
    for line in _lines(source, member):
        if not line.strip():
            continue
        found = _event(line)
        if found is None:
            copied.left_out += 1
        else:
            event, kept = found
            others += not isinstance(event, StepsDone)
            target.write(kept)
            copied.step, copied.epoch = event.step, event.epochs_done
            if event.kind in STATE_EVENTS:
                copied.ended = event.kind in _END_KINDS
            elif copied.ended and isinstance(event, StepsDone):
                copied.ended = False
        lines += 1
        if lines > _MOST or others > _MOST_OTHERS:
            raise RunError("The history in the file is longer than that of any run: pack it again.")
    return copied


def _lines(source: Source, member: Record) -> Iterator[bytes]:
    """The whole lines; of one that is too long, the first bytes, which are no line."""
    rest = b""
    for piece in read_pieces(source, member, EVENTS):
        *lines, after = (rest + piece).split(b"\n")
        yield from lines
        rest = after[: _LONGEST + 1]


_SHARES = ("validation_accuracy", "test_accuracy", "dead_units")


def _event(line: bytes) -> tuple[Event, bytes] | None:
    """The event of a line, and the line as this program would have written it."""
    record = parse_line(line) if len(line) <= _LONGEST else None
    if record is None:
        return None
    try:
        event = read_event(record)
        if event is None or not _plausible(event, len(line)):
            return None
        names = {"event", *(field.name for field in fields(event))}
        if isinstance(record.get("time"), float):
            names.add("time")
        kept = {"event": record["event"]}  # first, as readers know a line by how it begins
        kept |= {name: value for name, value in record.items() if name in names}
        return event, encode_line(kept)  # refuses what is not finite, as 1e999
    except ValueError:
        return None


def _plausible(event: Event, size: int) -> bool:
    """Whether a run could have written this."""
    if event.step > _FURTHEST or event.epochs_done < 0:
        return False
    counts = (getattr(event, field.name) for field in fields(event))
    if any(isinstance(count, int) and not -1 < count < _COUNT for count in counts):
        return False
    shares = (getattr(event, name, None) for name in _SHARES)
    if any(share is not None and not 0 <= share <= 1 for share in shares):
        return False
    match event:
        case StepsDone():
            return event.first >= 1 and bool(event.losses)
        case Started():
            known = event.threads in _THREADS and event.dtype in FLOAT_BYTES
            return known and _DEVICE.fullmatch(event.device) is not None
        case SettingsEdited():
            return _editable(event.changes) and _editable(event.before) and size <= _LONGEST_OTHER
        case CheckpointSaved():
            return is_checkpoint(event.file)
        case _:
            return size <= _LONGEST_OTHER


def _editable(changes: Mapping[str, Any]) -> bool:
    try:
        for name, value in changes.items():
            if name not in EDITABLE:
                return False
            SETTINGS[name].rule.check(name, value, SETTINGS[name].kind)
    except SettingsError:
        return False
    return True
