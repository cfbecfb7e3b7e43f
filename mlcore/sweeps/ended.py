"""What the controller of a sweep tells: a trial has ended, or the sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mlcore.rules import Value
from mlcore.sweeps.sweep import Objective
from mlcore.sweeps.trial import TrialState

__all__ = ["SweepEnd", "TrialEnded"]

SweepEnd = Literal["finished", "stopped", "interrupted"]
"""How a sweep ended: all is done, it was asked to stop, or a signal came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded:
    """A trial has ended.

    Attributes:
        number: of the trial.
        run: id of its run.
        params: what it has from the sweep.
        state: how it ended.
        objective: of the sweep.
        value: of it; None where it has none.
        message: why it failed, else empty.
        begun: trials that there are so far.
        trials: trials asked for.
    """

    number: int
    run: str
    params: Mapping[str, Value]
    state: TrialState
    objective: Objective
    value: float | None
    message: str
    begun: int
    trials: int
