"""The commands of a recorded run, each at its step."""

from __future__ import annotations

from collections.abc import Sequence

from mlcore.commands import Command, Continue, Edit, RunSteps, Stop
from mlcore.events import SettingsEdited
from mlcore.trainer import Trainer

__all__ = ["Script"]


class Script:
    """The commands of a part of a run: each edit at its step, and a stop at the last one.

    `RunSteps` makes the trainer pause at exactly the right step; pauses change no numbers.
    """

    trainer: Trainer

    def __init__(self, edits: Sequence[SettingsEdited], end: int) -> None:
        self._edits, self._end = list(edits), end
        self._target: int | None = None

    def __call__(self) -> Sequence[Command]:
        """The commands at the step where the trainer is."""
        step, epoch = self.trainer.step, self.trainer.epoch
        found: list[Command] = []
        while self._edits and (self._edits[0].step, self._edits[0].epoch) <= (step, epoch):
            found.append(Edit(changes=self._edits.pop(0).changes))
        if self._edits and self._edits[0].step == step:  # made after the epoch that ends here
            return [*found, Continue()]
        if step >= self._end:
            return [*found, Stop()]
        target = self._edits[0].step if self._edits else self._end
        if target != self._target:
            self._target = target
            found.append(RunSteps(count=target - step))
        return found
