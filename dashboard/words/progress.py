"""The progress of a run, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.words.translation import _
from dashboard.words.wording import duration
from mlcore.runs import History, State

__all__ = ["ACTIVE", "Progress", "progress_of"]

ACTIVE: frozenset[State] = frozenset({"queued", "running", "paused"})
"""States of a run that has not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    state: State
    step: int  # steps done
    steps: int  # of the whole run; 0 while not known
    epoch: int  # epoch under way, or the last one of a run that has ended
    epochs: int  # epochs asked for
    steps_per_second: float | None = None
    images_per_second: float | None = None

    @property
    def share(self) -> float:
        """Steps done of all steps, 0 to 1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the last step at the present pace; None while it cannot be known."""
        if self.state != "running" or not self.steps or not self.steps_per_second:
            return None
        return max(0, self.steps - self.step) / self.steps_per_second

    @property
    def words(self) -> str:
        """The progress as one line."""
        if self.state == "queued":
            return _("Waiting for a worker")
        if not self.steps:
            return _("Reading the data")
        parts = [
            _("Epoch {epoch:,} of {epochs:,}", epoch=self.epoch, epochs=self.epochs),
            _("step {step:,} of {steps:,}", step=self.step, steps=self.steps),
        ]
        if self.seconds_left is not None:
            parts.append(_("{time} left", time=duration(self.seconds_left)))
        if self.images_per_second:
            parts.append(_("{pace:,} images/s", pace=_rounded(self.images_per_second)))
        return " · ".join(parts)


def progress_of(history: History) -> Progress:
    """How far the run of a history is."""
    config, length, done = history.folder.config, history.length, history.epochs_done
    epochs = length.epochs or config.train.epochs
    batch = length.batch_size or config.data.batch_size
    last = history.epochs[-1] if history.epochs else None
    since = last or history.started
    under_way = history.state in ACTIVE or (since is not None and history.step > since.step)
    pace = history.steps_per_second if history.state == "running" else None
    return Progress(
        state=history.state,
        step=history.step,
        steps=length.steps,
        epoch=max(1, min(done + under_way, epochs)),
        epochs=epochs,
        steps_per_second=pace,
        images_per_second=pace * batch if pace else last.images_per_second if last else None,
    )


def _rounded(number: float) -> int:
    """Three figures are enough for a pace, and the rest only flickers."""
    return int(float(f"{number:.3g}"))
