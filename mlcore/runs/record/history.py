"""A run's history in memory, kept up to date by reading only what is new."""

from __future__ import annotations

import contextlib
import copy
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.config import RunConfig
from mlcore.errors import MlcoreError, Notice, RunError
from mlcore.events import (
    CheckpointSaved,
    EditRefused,
    EpochDone,
    Event,
    Failed,
    Finished,
    SettingsEdited,
    Started,
    StepsDone,
    Stopped,
)
from mlcore.runs.record.event_log import read_event
from mlcore.runs.record.folder import START_FILE, RunFolder, checkpoint_step
from mlcore.runs.record.growable_array import GrowableArray
from mlcore.runs.record.length import RunLength
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
from mlcore.runs.record.worker import Life, WorkerRecord, life_of, read_worker

__all__ = ["History"]

_PIECE = 2**20  # bytes of the log in memory at once


class History:
    """The events of a run so far; `refresh` reads those that are new.

    A resumed run continues from a checkpoint: what was recorded of later steps is dropped, as
    the run takes those steps again.

    Attributes:
        folder: the run's folder.
        epochs, edits, checkpoints: the events of that kind, in order.
        started: the last start, or None before the first.
        length: how long the run will be, as its last start or edit says.
        starts: every start whose steps still count, in order; `started` is the last of them.
        gaps: first and last step of each part of the run of which nothing is recorded, in order.
        refused: the last edit that was refused, or None once another was made or the run resumed.
        outcome: how the run ended, or None while it has not (again).
        state, error: the run's state, and why it failed or was lost (else None).
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._reader = LineReader(folder.events_path)
        self._control = LineReader(folder.control_path)
        self._lock = threading.Lock()
        self.state: State = "queued"
        self.error: MlcoreError | None = None
        self._clear()

    def _clear(self) -> None:
        self._steps = GrowableArray()
        self.epochs: list[EpochDone] = []
        self.edits: list[SettingsEdited] = []
        self.checkpoints: list[CheckpointSaved] = []
        self.started: Started | None = None
        self.length = RunLength()
        self.starts: list[Started] = []
        self.gaps: list[tuple[int, int]] = []
        self.refused: EditRefused | None = None
        self.outcome: Finished | Stopped | Failed | None = None
        self._edits_at: list[tuple[int, int]] = []  # (step, edits before) of each checkpoint
        self._last_change: Line | None = None  # the last event that changed the state
        self._newest: Line | None = None
        self._pace = Pace()
        self._bad_events = 0

    @property
    def config(self) -> RunConfig:
        """The settings in force: those the run was made with, and its edits on top.

        Raises:
            RunError: its config.json is missing or damaged.
            SettingsError: the edits are impossible, because the history was tampered with.
        """
        return self._config_after(len(self.edits))

    def config_at(self, step: int) -> RunConfig:
        """The settings in the checkpoint of a step: later edits are not in it.

        Raises as `config` does.
        """
        counts = [edits for at, edits in self._edits_at if at == step]
        earlier = sum(edit.step < step for edit in self.edits)  # if its line was never written
        return self._config_after(counts[-1] if counts else earlier)

    def _config_after(self, edits: int) -> RunConfig:
        changes: dict[str, Any] = {}
        for edit in self.edits[:edits]:
            changes |= edit.changes
        return self.folder.config.with_values(changes)

    @property
    def steps(self) -> NDArray[np.float32]:
        """Loss of each step, `(n,)`, read-only: `steps[i]` is that of step `i + 1`.

        NaN where a step's loss is unknown, as for all steps before a fork begins.
        """
        return self._steps.values

    @property
    def step(self) -> int:
        """Steps done."""
        return max(len(self._steps), self.started.step if self.started else 0)

    @property
    def epochs_done(self) -> int:
        """Whole epochs done."""
        before = self.started.epochs_done if self.started else 0
        return max(before, self.epochs[-1].epochs_done if self.epochs else 0)

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
                self._clear()
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
            taken._steps, taken._pace = self._steps.snapshot(), self._pace.snapshot()
            taken.epochs, taken.edits = self.epochs.copy(), self.edits.copy()
            taken.checkpoints, taken.starts = self.checkpoints.copy(), self.starts.copy()
            taken._edits_at, taken.gaps = self._edits_at.copy(), self.gaps.copy()
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

    def _apply(self, event: Event) -> None:
        match event:
            case StepsDone():
                known = self.step
                self._steps.write(event.first - 1, event.losses)
                self._note_gap(known, event.first - 1)
            case EpochDone():
                self.epochs.append(event)
            case SettingsEdited():
                self.length = self.length.after(event)
                self.edits.append(event)
                self.refused = None
            case EditRefused():
                self.refused = event
            case CheckpointSaved():
                self.checkpoints.append(event)
                self._edits_at.append((event.step, len(self.edits)))
            case Started():
                self._start(event)
            case Finished() | Stopped() | Failed():
                self.outcome = event

    def _begins_at_a_checkpoint(self) -> bool:
        """Whether the run continues another one's, so that its first step need not be 1."""
        return (self.folder.checkpoints_path / START_FILE).is_file()

    def _note_gap(self, known: int, before: int) -> None:
        """Note that nothing is recorded of the steps after `known`, up to `before`."""
        if known < before:
            self.gaps.append((known + 1, before))

    def _start(self, start: Started) -> None:
        """Drop what was recorded of steps after the one from which the run continues."""
        self.gaps = [(first, min(last, start.step)) for first, last in self.gaps]
        self.gaps = [(first, last) for first, last in self.gaps if first <= last]
        if self.started is not None or not self._begins_at_a_checkpoint():
            self._note_gap(self.step, start.step)
        if self.started is not None:
            self._steps.truncate(start.step)
            self.epochs = [epoch for epoch in self.epochs if epoch.step <= start.step]
            kept = [edits for step, edits in self._edits_at if step <= start.step]
            # One that was made at this very step counts if a checkpoint came after it.
            before = sum(edit.step < start.step for edit in self.edits)
            self.edits = self.edits[: max(before, kept[-1] if kept else 0)]
            self.checkpoints = self.checkpoints[: len(kept)]
            self._edits_at = self._edits_at[: len(kept)]
            self.starts = [one for one in self.starts if one.step < start.step]
        self.starts.append(start)
        self.length = self.length.after(start)
        self.started, self.outcome, self.refused = start, None, None
