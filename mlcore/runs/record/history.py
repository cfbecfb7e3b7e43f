"""A run's history in memory, kept up to date by reading only what is new."""

from __future__ import annotations

import contextlib
import copy
import threading

from mlcore.errors import MlcoreError, Notice, RunError
from mlcore.events import (
    Failed,
    StepsDone,
)
from mlcore.runs.record.event_log import read_event
from mlcore.runs.record.folder import RunFolder, checkpoint_step
from mlcore.runs.record.lines import Line, LineReader
from mlcore.runs.record.messages import (
    damage_message,
    gap_message,
    gone_message,
    lost_message,
)
from mlcore.runs.record.pace import Pace
from mlcore.runs.record.status import (
    ENDED,
    STATE_EVENTS,
    State,
    derive_state,
    is_read_only,
    start_asked,
)
from mlcore.runs.record.timeline import Timeline
from mlcore.runs.record.worker import Life, WorkerRecord, life_of, read_worker

__all__ = ["History"]

_PIECE = 2**20  # bytes of the log in memory at once


class History(Timeline):
    """The events of a run so far; `refresh` reads those that are new.

    Attributes:
        state, error: the run's state, and why it failed or was lost (else None).
    """

    def __init__(self, folder: RunFolder) -> None:
        super().__init__(folder)
        self._reader = LineReader(folder.events_path)
        self._control = LineReader(folder.control_path)
        self._lock = threading.Lock()
        self.state: State = "queued"
        self.error: MlcoreError | None = None

    def _begin(self) -> None:
        super()._begin()
        self._last_change: Line | None = None  # the last event that changed the state
        self._newest: Line | None = None
        self._pace = Pace()
        self._bad_events = 0

    @property
    def damaged(self) -> int:
        """Lines of the history that could not be read and were skipped."""
        return self._reader.skipped(ended=self.state in ENDED) + self._bad_events

    @property
    def message(self) -> str:
        """Why the run failed or was lost, in English; else empty."""
        return str(self.error or "")

    @property
    def damage(self) -> Notice | None:
        """What of the run's settings and logs is lost or cannot be read, if anything."""
        ended = self.state in ENDED
        rebuilt = None
        with contextlib.suppress(RunError):  # whoever needs the settings says it
            rebuilt = self.folder.rebuilt
        skipped = damage_message(self.damaged, self._control.skipped(ended=ended))
        missing = gap_message(self._all_gaps() if ended else self.gaps)
        all_of_it = None
        for notice in filter(None, (rebuilt, skipped, missing)):
            joined = Notice("{before} {notice}", before=all_of_it, notice=notice)
            all_of_it = joined if all_of_it else notice
        return all_of_it

    def _all_gaps(self) -> list[tuple[int, int]]:
        """The gaps, and the one before the checkpoint from which the run will be resumed."""
        last = self.folder.last_checkpoint()
        step = checkpoint_step(last) if last else 0
        return [*self.gaps, (self.step + 1, step)] if step > self.step else self.gaps

    @property
    def steps_per_second(self) -> float | None:
        """Pace of the last seconds; None until there are two flushes to compare."""
        return self._pace.steps_per_second

    def refresh(self) -> bool:
        """Read what is new; True when anything changed. Cheap when nothing has.

        Never raises: a folder that is gone or cannot be read makes the state "lost", with the
        reason in `error`, and what was read before is kept.
        """
        with self._lock:
            before = (self.state, self.message)
            # The worker first, its events after: else one that ends in between would look lost.
            worker = read_worker(self.folder.path)
            life = life_of(worker)
            try:
                changed = self._read_new()
            except RunError as error:
                self.state, self.error = "lost", error
                return before != (self.state, self.message)
            with contextlib.suppress(RunError):  # the next command to the run reports it
                self._control.read()
            self._update_state(worker, life)
            return changed or before != (self.state, self.message)

    def _read_new(self) -> bool:
        """Read what is new, in pieces that take little memory; whether there was anything."""
        changed, behind = False, True
        while behind:
            replaced, lines = self._reader.read(_PIECE)
            behind = self._reader.behind
            if replaced:
                self._begin()
            for line in lines:
                self._add(line)
            changed = changed or replaced or bool(lines)
        return changed

    def snapshot(self) -> History:
        """What was read up to now, for a thread of its own: no `refresh` of another changes it.

        It can itself be refreshed, and takes nothing away from the one that it is of.
        """
        with self._lock:
            taken = copy.copy(self)
            taken._lock = threading.Lock()
            taken._reader, taken._control = copy.copy(self._reader), copy.copy(self._control)
            taken._pace = self._pace.snapshot()
            taken._take_from(self)
            return taken

    def _update_state(self, worker: WorkerRecord | None, life: Life) -> None:
        """Derive state and error from what was read and from the worker."""
        if not self.folder.is_run():
            self.state, self.error = "lost", gone_message(self.folder)
            return
        asked = start_asked(self.folder.control_path, worker.control_from if worker else 0)
        last = self._last_kind(worker.events_from if worker else 0)
        self.state = derive_state(last, life, asked, read_only=is_read_only(self.folder.path))
        self.error = None
        if self.state == "lost":
            self.error = lost_message(self.folder)
        elif isinstance(self.outcome, Failed) and self.state == "failed":
            self.error = self.outcome.as_error()

    def _last_kind(self, begun: int) -> str | None:
        """The kind of the last event that changed the state, or else of the last one of all.

        Only events after the first `begun` bytes of the history, which the last worker wrote.
        """
        for line in (self._last_change, self._newest):
            if line is not None and line.offset >= begun:
                return str(line.record["event"])
        return None

    def _add(self, line: Line) -> None:
        try:
            event = read_event(line.record)
            if event is None:  # from a later version of this program
                return
            self._apply(event)
        except (ValueError, OverflowError):
            self._bad_events += 1
            return
        self._newest = line
        if event.kind in STATE_EVENTS:
            self._last_change = line
            self._pace.clear()
        stamp = line.record.get("time")
        if isinstance(event, StepsDone) and isinstance(stamp, float):
            self._pace.add(stamp, len(self._steps))
