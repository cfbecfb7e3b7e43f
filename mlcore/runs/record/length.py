"""How long a run will be: read from its last start or edit, where the trainer says it."""

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

    def after(self, event: Started | SettingsEdited) -> RunLength:
        """The length that holds from a start or an edit on.

        In logs of earlier versions these say less; it is estimated there.
        """
        if event.total_steps:
            return RunLength(
                epochs=event.epochs, steps_per_epoch=event.steps_per_epoch, steps=event.total_steps
            )
        if isinstance(event, Started):
            steps = max(event.step, event.epochs * event.steps_per_epoch)
            return RunLength(
                epochs=event.epochs, steps_per_epoch=event.steps_per_epoch, steps=steps
            )
        return self._estimate(event)

    def _estimate(self, edit: SettingsEdited) -> RunLength:
        epochs = _count(edit.changes, "train.epochs", self.epochs)
        steps = self.steps + (epochs - self.epochs) * self.steps_per_epoch
        before = _count(edit.before, "data.batch_size", 1)
        ratio = before / _count(edit.changes, "data.batch_size", before)
        return RunLength(
            epochs=epochs,
            steps_per_epoch=math.ceil(self.steps_per_epoch * ratio),
            steps=edit.step + max(0, round((steps - edit.step) * ratio)),
        )


def _count(settings: Mapping[str, Any], name: str, default: int) -> int:
    value = settings.get(name)
    return value if isinstance(value, int) and value > 0 else default
