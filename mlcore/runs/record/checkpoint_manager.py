"""When a run writes a checkpoint, which one is the best, and which old ones are deleted."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from mlcore.events import (
    CheckpointSaved,
    Continued,
    EpochDone,
    Event,
    Finished,
    Paused,
    Started,
    StepsDone,
    Stopped,
)
from mlcore.runs.record.folder import START_FILE, RunFolder, checkpoint_name

__all__ = ["MOST_KEPT", "CheckpointManager"]

INTERVAL = 30.0  # seconds of training without a checkpoint, at most
SHARE = 0.02  # of the time may go into checkpoints that nobody asked for
GRACE = 0.25  # seconds of writing that are always granted
OTHERS = 10  # checkpoints kept beside the last, the best and the start

MOST_KEPT = OTHERS + 3
"""Checkpoints of a run that began anew: with the untrained one."""


class CheckpointManager:
    """Writes checkpoints while a run trains.

    One is written before the first step (the untrained network, once a run, unless the run began
    from a file), when the run pauses, stops or finishes, at every epoch's end, and after 30
    seconds without one. The last two are skipped while writing has taken more than 2 % of the
    time, as it does if an epoch takes less than half a second. Kept are the last one, the best
    one, the one the run began from, the untrained one, and the newest ten of the others.

    Args:
        folder: the run's folder.
        save: writes everything the next step depends on to a path, whole or not at all.
        best: lowest loss of an epoch so far, if the run is resumed.
        clock: seconds; another one for tests.
    """

    def __init__(
        self,
        folder: RunFolder,
        save: Callable[[Path], None],
        *,
        best: float | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._folder, self._save, self._clock = folder, save, clock
        self._best_loss = best
        self._best_file = folder.best_checkpoint()
        self._epoch: EpochDone | None = None  # the newest
        self._began = self._last = clock()
        self._spent = 0.0
        self._paused: float | None = None  # since when

    def save_if_due(self, event: Event) -> CheckpointSaved | None:
        """Write a checkpoint if this event calls for one; returns the event to record then.

        Raises:
            CheckpointError: it cannot be written.
        """
        if isinstance(event, Continued) and self._paused is not None:
            self._began += self._clock() - self._paused  # a pause is no training
            self._last = self._clock()
            self._paused = None

        if isinstance(event, EpochDone):
            self._epoch = event
        reason = self._reason(event)
        if reason is None:
            return None

        path = self._folder.checkpoints_path / checkpoint_name(event.step)
        began = self._clock()
        self._save(path)
        best = self._is_best(event, path)
        self._delete_old(path)

        self._last = self._clock()
        if isinstance(event, Started):
            self._began += self._last - began  # no training yet, and granted apart
        else:
            self._spent += self._last - began
        if isinstance(event, Paused):
            self._paused = self._last
        return CheckpointSaved(
            step=event.step, epoch=event.epochs_done, file=path.name, reason=reason, best=best
        )

    def _reason(self, event: Event) -> str | None:
        match event:
            case Stopped() | Paused() | Finished():
                return event.kind
            case Started(step=0) if not self._holds_the_beginning():
                return "initial"
            case EpochDone() if self._affordable():
                return "epoch"
            case StepsDone() if self._clock() - self._last >= INTERVAL and self._affordable():
                return "interval"
            case _:
                return None

    def _holds_the_beginning(self) -> bool:
        held = self._folder.checkpoints()
        return any(path.name in (START_FILE, checkpoint_name(0)) for path in held)

    def _affordable(self) -> bool:
        return self._spent <= GRACE + SHARE * (self._clock() - self._began)

    def _is_best(self, event: Event, path: Path) -> bool:
        """Whether it is the best one that was written; only at an epoch's end that is known."""
        epoch = self._epoch
        if epoch is None or epoch.step != event.step:
            return False
        loss = epoch.train_loss if epoch.validation_loss is None else epoch.validation_loss
        if self._best_loss is not None and loss >= self._best_loss:
            return False
        self._best_loss, self._best_file = loss, path
        return True

    def _delete_old(self, last: Path) -> None:
        best = self._best_file.name if self._best_file else ""
        kept = {START_FILE, checkpoint_name(0), last.name, best}
        others = [path for path in self._folder.checkpoints() if path.name not in kept]
        for path in others[:-OTHERS]:
            with contextlib.suppress(OSError):
                path.unlink()
