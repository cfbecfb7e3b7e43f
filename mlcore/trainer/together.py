"""One training in several processes: process 0 says each thing that it does, the others do it too.

All of them hold the same model, optimizer, schedule, order of the images and random numbers, and
so only what cannot be known from these is said: how many steps to take, what an epoch came to,
and what was edited.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch

from mlcore.config import RunConfig
from mlcore.data.tensors import Dataset
from mlcore.parallel.crew import Crew
from mlcore.trainer.training_state import TrainingState

__all__ = ["LeadingState", "follow"]

_FEWEST, _MOST = 1, 1_000  # steps between two words


class LeadingState(TrainingState):
    """The state of process 0, which the others follow."""

    def __init__(
        self,
        config: RunConfig,
        data: Dataset,
        device: torch.device,
        state: Mapping[str, Any] | None,
        crew: Crew,
    ) -> None:
        super().__init__(config, data, device, state, crew)
        self._crew = crew
        self._pace = math.inf  # seconds a step, of the last steps

    def run(self, limit: int | None, seconds: float) -> None:
        """Take steps as `TrainingState.run`; how many is decided before, by the pace so far."""
        count = min(max(int(seconds / self._pace), _FEWEST), _MOST)
        count = count if limit is None else min(count, limit)
        before, spent = self.step, self.seconds
        self._crew.say("steps", count)
        super().run(count, math.inf)
        if self.step > before:
            self._pace = max((self.seconds - spent) / (self.step - before), 1e-6)

    def next_epoch(self, loss: float) -> None:
        """Advance the schedule, in all processes."""
        self._crew.say("epoch", loss)
        super().next_epoch(loss)

    def edit(self, config: RunConfig, *, keep_lr: bool) -> None:
        """Use other settings, in all processes, once it is known that they can be used."""
        super().edit(config, keep_lr=keep_lr)
        self._crew.say("edit", (config.to_json(), keep_lr))

    def meet(self) -> None:
        """Make sure that all processes are still there."""
        self._crew.say("meet")
        self._crew.meet()


def follow(state: TrainingState, crew: Crew) -> None:
    """Do what process 0 says, until it says that this is the end.

    Raises:
        RunError: another process is gone.
    """
    state.prepare()
    while True:
        word, value = crew.hear()
        match word:
            case "steps":
                state.run(value, math.inf)
                state.losses.forget()
            case "epoch":
                state.next_epoch(value)
            case "edit":
                settings, keep_lr = value
                state.edit(RunConfig.from_json(settings), keep_lr=keep_lr)
            case "meet":
                crew.meet()
            case "end":
                state.rest()
                return
