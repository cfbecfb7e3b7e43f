"""What the events of a run come to: the losses, epochs, edits and checkpoints that still count."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.config import RunConfig
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
    TrackerFailed,
)
from mlcore.runs.record.folder import START_FILE, RunFolder
from mlcore.runs.record.growable_array import GrowableArray
from mlcore.runs.record.length import RunLength

__all__ = ["Timeline"]


class Timeline:
    """What happened in a run so far, told event by event.

    A resumed run continues from a checkpoint: what was told of later steps is dropped, as the run
    takes those steps again.

    Attributes:
        folder: the run's folder.
        epochs, edits, checkpoints: the events of that kind, in order.
        started: the last start, or None before the first.
        length: how long the run will be, as its last start or edit says.
        starts: every start whose steps still count, in order; `started` is the last of them.
        gaps: first and last step of each part of the run of which nothing is recorded, in order.
        refused: the last edit that was refused, or None once another was made or the run resumed.
        outcome: how the run ended, or None while it has not (again).
        trackers: the last fault of each tracker since the last start, by its name.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._begin()

    def _begin(self) -> None:
        """Nothing has happened yet."""
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
        self.trackers: dict[str, TrackerFailed] = {}
        self._edits_at: list[tuple[int, int]] = []  # (step, edits before) of each checkpoint

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
        return self._config_after(self._edits_before(step))

    def edits_after(self, step: int) -> list[SettingsEdited]:
        """The edits that are not in the checkpoint of a step, in order."""
        return self.edits[self._edits_before(step) :]

    def _edits_before(self, step: int) -> int:
        """How many edits are in the checkpoint of a step."""
        counts = [edits for at, edits in self._edits_at if at == step]
        earlier = sum(edit.step < step for edit in self.edits)  # if its line was never written
        return counts[-1] if counts else earlier

    def _config_after(self, edits: int) -> RunConfig:
        changes: dict[str, Any] = {}
        for edit in self.edits[:edits]:
            changes |= edit.changes
        return self.folder.config.with_values(changes)

    @property
    def steps(self) -> NDArray[np.floating[Any]]:
        """Loss of each step, `(n,)`, read-only: `steps[i]` is that of step `i + 1`.

        Of the kind of numbers that the run computes in, float32 or float64.

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

    def _take_from(self, other: Timeline) -> None:
        """Hold what another holds now, in lists of its own."""
        self._steps = other._steps.snapshot()
        self.epochs, self.edits = other.epochs.copy(), other.edits.copy()
        self.checkpoints, self.starts = other.checkpoints.copy(), other.starts.copy()
        self._edits_at, self.gaps = other._edits_at.copy(), other.gaps.copy()
        self.trackers = other.trackers.copy()

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
            case TrackerFailed():
                self.trackers[event.tracker] = event

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
        self._steps.hold(start.dtype)
        self.starts.append(start)
        self.length = self.length.after(start)
        self.started, self.outcome, self.refused, self.trackers = start, None, None, {}
