"""How long a run will be, as the trainer says with each start and edit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlcore.events import SettingsEdited, Started

__all__ = ["RunLength"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLength:
    """The epochs and steps that a run was asked for; all 0 before it has started."""

    epochs: int = 0
    steps_per_epoch: int = 0  # of the epochs to come
    steps: int = 0  # of the whole run
    batch_size: int = 0  # images a step; 0 where the log does not say

    def after(self, event: Started | SettingsEdited) -> RunLength:
        """The length from a start or an edit on.

        In logs of earlier versions neither says the total, so it is estimated.
        """
        if isinstance(event, SettingsEdited) and not event.total_steps:
            return self._estimate(event)
        steps = event.total_steps or max(event.step, event.epochs * event.steps_per_epoch)
        return RunLength(
            epochs=event.epochs,
            steps_per_epoch=event.steps_per_epoch,
            steps=steps,
            batch_size=event.batch_size
            if isinstance(event, Started)
            else _count(event.changes, "data.batch_size", self.batch_size),
        )

    def epoch_end(self, epochs_done: int) -> int:
        """The step at which the epoch after these whole ones ends; 0 before the run has started."""
        to_come = max(0, self.epochs - epochs_done - 1)
        return self.steps - to_come * self.steps_per_epoch

    def _estimate(self, edit: SettingsEdited) -> RunLength:
        epochs = _count(edit.changes, "train.epochs", self.epochs)
        steps = self.steps + (epochs - self.epochs) * self.steps_per_epoch
        after = _count(edit.changes, "data.batch_size", 1)
        ratio = _count(edit.before, "data.batch_size", after) / after
        return RunLength(
            epochs=epochs,
            steps_per_epoch=math.ceil(self.steps_per_epoch * ratio),
            steps=edit.step + max(0, round((steps - edit.step) * ratio)),
            batch_size=_count(edit.changes, "data.batch_size", self.batch_size),
        )


def _count(settings: Mapping[str, Any], name: str, default: int) -> int:
    value = settings.get(name)
    return value if isinstance(value, int) and value > 0 else default
