"""Train a run again from its own record, and compare every step with what was recorded.

Nothing is written: the run's folder is read, and the training is in memory alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mlcore import checkpoint
from mlcore.checkpoint import Checkpoint
from mlcore.data.tensors import Dataset, load
from mlcore.device import resolve, restored_threads
from mlcore.errors import DataError, DivergedError, MlcoreError, Notice, RunError
from mlcore.events import EditRefused, SettingsEdited, Started, StepsDone
from mlcore.initial_state import InitialState, initial_state_from
from mlcore.replay.script import Script
from mlcore.runs import History, RunFolder
from mlcore.runs.record.folder import START_FILE, checkpoint_step
from mlcore.trainer import Trainer

__all__ = ["Difference", "Replay", "replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first step at which the replay is not what was recorded."""

    step: int
    recorded: float
    replayed: float | None  # None: the replay has no such step
    reason: MlcoreError | None = None  # a sentence, if there is more to say
    digits: int = 9  # of a loss, so that no other one is written alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The result of a replay."""

    steps: int  # steps of the run that were repeated
    unknown: int  # of these, steps whose loss the record does not hold
    edits: int  # edits made at their steps
    device: str  # of the run's last start
    threads: int
    seconds: float
    difference: Difference | None = None
    checkpoint: str | None = None  # file name of the one whose weights were compared
    weights_equal: bool | None = None  # None: there is no checkpoint of the last step
    gap: tuple[int, int] | None = None  # first steps that the record lacks, where it differs after

    @property
    def equal(self) -> bool:
        """Whether everything that could be compared is the same to the last bit."""
        return self.difference is None and self.weights_equal is not False


def replay(
    folder: RunFolder, observe: Callable[[int, int], None] = lambda _done, _of: None
) -> Replay:
    """Train the run in `folder` again, with its edits at their steps, up to its last step.

    Device and number of threads are those of the record, also if a resume changed them.

    Args:
        folder: the run.
        observe: called with the steps done and those of the whole run.

    Raises:
        RunError: the run has done no step yet, several processes trained it, or the file that it
            started from is gone.
        DataError: the images are not there, or not those that it was trained on.
        DeviceError: the device that it was trained on is not on this machine.
    """
    history = History(folder)
    history.refresh()
    if not history.starts or history.step <= history.starts[0].step:
        raise RunError("Run {run} has done no step yet: there is nothing to replay.", run=folder.id)
    if (count := max(start.processes for start in history.starts)) > 1:
        raise RunError(
            "Run {run} was trained by {count} processes, whose sums one process rounds otherwise: "
            "it cannot be repeated to the last bit.",
            run=folder.id,
            count=count,
        )
    began = time.perf_counter()
    file = folder.last_checkpoint()  # of no use unless it is from the last step
    file = file if file and checkpoint_step(file) == history.step else None
    last = checkpoint.load(file) if file else None
    with restored_threads():
        replayer = _Replayer(history, _initial_state(folder), last, observe)
        difference = replayer.train()
        weights = None
        if difference is None and last is not None:
            weights = _same_weights(replayer.trainer, last)
    return Replay(
        steps=replayer.done - history.starts[0].step,
        unknown=replayer.unknown,
        edits=replayer.edits,
        device=history.starts[-1].device,
        threads=history.starts[-1].threads,
        seconds=time.perf_counter() - began,
        difference=difference,
        checkpoint=None if weights is None or file is None else file.name,
        weights_equal=weights,
        gap=_gap_before(history, difference),
    )


class _Replayer:
    """Repeats a run: one trainer for each of its starts, each from where the last one ended."""

    trainer: Trainer

    def __init__(
        self,
        history: History,
        initial: InitialState,
        last: Checkpoint | None,
        observe: Callable[[int, int], None],
    ) -> None:
        self._history, self._initial, self._last, self._observe = history, initial, last, observe
        self._losses: NDArray[np.floating[Any]] = history.steps.copy()  # (n,)
        self.done = history.starts[0].step
        self.unknown = self.edits = 0

    def train(self) -> Difference | None:
        """Repeat all steps; the first difference ends it."""
        history, state, config = self._history, self._initial.state, self._initial.config
        for start, end in self._segments():
            final = end == history.step
            script = Script(
                [
                    edit
                    for edit in history.edits
                    if start.step <= edit.step and (edit.step < end or final)
                ],
                end,
            )
            torch.set_num_threads(start.threads)
            data = self._load(start.device)
            self.trainer = Trainer(config, data, device=start.device, state=state, commands=script)
            script.trainer = self.trainer
            if difference := self._train_segment():
                return difference
            if self.trainer.step < end:
                return self._difference(
                    self.trainer.step + 1, None, Notice("The replay ended there.")
                )
            state = self.trainer.snapshot()
        return None

    def _segments(self) -> Iterator[tuple[Started, int]]:
        """Each start, and the step at which the next one continued."""
        starts = self._history.starts
        yield from zip(
            starts, [*(start.step for start in starts[1:]), self._history.step], strict=True
        )

    def _load(self, device: str) -> Dataset:
        config = self._initial.config
        data = load(config.data, config.train.seed, resolve(device))
        self._initial.check(data)
        known = self._last.data if self._last else None
        if known and known["fingerprint"] != data.fingerprint:
            raise DataError(
                "The images of {title} are not those that the run was trained on: put the old "
                "files back to replay it.",
                title=data.title,
            )
        return data

    def _train_segment(self) -> Difference | None:
        """Train to the script's end, comparing losses as they come."""
        try:
            for event in self.trainer.events():
                if isinstance(event, StepsDone):
                    if difference := self._compare(event):
                        return difference
                elif isinstance(event, SettingsEdited):
                    self.edits += 1
                elif isinstance(event, EditRefused):
                    refused = Notice(
                        "An edit that was applied then is refused now: {error}",
                        error=event.as_error(),
                    )
                    return self._difference(event.step + 1, None, refused)
        except DivergedError as error:
            return self._difference(self.done + 1, None, error)
        return None

    def _compare(self, event: StepsDone) -> Difference | None:
        first = event.first - 1
        recorded = self._losses[first : first + len(event.losses)]
        replayed = np.array(event.losses[: len(recorded)], dtype=recorded.dtype)
        known, bits = ~np.isnan(recorded), f"u{recorded.itemsize}"
        differ = np.flatnonzero(known & (recorded.view(bits) != replayed.view(bits)))
        self.unknown += int((~known).sum())
        if len(differ):
            index = int(differ[0])
            return self._difference(event.first + index, float(replayed[index]))
        self.done = event.step
        self._observe(self.done, self._history.step)
        return None

    def _difference(
        self, step: int, replayed: float | None, reason: MlcoreError | None = None
    ) -> Difference:
        recorded = float(self._losses[step - 1]) if step <= len(self._losses) else float("nan")
        digits = 9 if self._losses.dtype == np.float32 else 17
        return Difference(
            step=step, recorded=recorded, replayed=replayed, reason=reason, digits=digits
        )


def _gap_before(history: History, difference: Difference | None) -> tuple[int, int] | None:
    """The first gap in the record that may be why the steps after it differ."""
    if difference is None:
        return None
    return next((gap for gap in history.gaps if gap[0] <= difference.step), None)


def _initial_state(folder: RunFolder) -> InitialState:
    """What the run started with; the edit that a fork starts with is in its history."""
    start = folder.checkpoints_path / START_FILE
    if start.is_file():
        return replace(initial_state_from(start, folder.config), changes={})
    if (folder.meta["parent"] or {}).get("checkpoint"):
        raise RunError(
            "{start} is gone, from which run {run} started: put it back to replay the run.",
            start=start,
            run=folder.id,
        )
    return InitialState(config=folder.config)


def _same_weights(trainer: Trainer, saved: Checkpoint) -> bool:
    ours = trainer.model.state_dict()
    return ours.keys() == saved.model.keys() and all(
        ours[name].cpu().numpy().tobytes() == saved.model[name].cpu().numpy().tobytes()
        for name in ours
    )
