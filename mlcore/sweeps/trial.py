"""What has become of a trial, as its run's folder says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from mlcore.errors import DivergedError, JobError
from mlcore.events import EpochDone, Failed, Stopped
from mlcore.runs import RunInfo, RunStatus, State
from mlcore.sweeps.sweep import Objective
from mlcore.words import N_

__all__ = ["TRIAL_WORDS", "TrialState", "info_state", "trial_state", "value_of"]

TrialState = Literal[
    "waiting",
    "running",
    "interrupted",
    "complete",
    "pruned",
    "diverged",
    "stopped",
    "failed",
    "deleted",
]

TRIAL_WORDS: Mapping[TrialState, str] = {
    "waiting": N_("waiting"),
    "running": N_("running"),
    "interrupted": N_("interrupted"),
    "complete": N_("complete"),
    "pruned": N_("pruned"),
    "diverged": N_("diverged"),
    "stopped": N_("stopped"),
    "failed": N_("failed"),
    "deleted": N_("deleted"),
}
"""What the state of a trial is called."""


def trial_state(status: RunStatus) -> TrialState:
    """The state of a trial, from the status of its run."""
    outcome = status.outcome
    if isinstance(outcome, Stopped):
        return _state(status.state, outcome.reason)
    if isinstance(outcome, Failed):
        return _state(status.state, type(outcome.as_error()).__name__)
    return _state(status.state, "")


def info_state(info: RunInfo) -> TrialState:
    """The state of a trial, from what a list says of its run."""
    return _state(info.state, info.ending)


def _state(run: State, ending: str) -> TrialState:
    """The state of a trial whose run is in this state.

    A run that a kill or a shutdown ended is interrupted: it goes on from its last checkpoint. One
    that a person stopped has ended, with the validation it has.

    Args:
        run: the run's state.
        ending: why it stopped, or the class of the error that it failed with.
    """
    match run:
        case "queued":
            return "waiting"
        case "running" | "paused":
            return "running"
        case "finished":
            return "complete"
        case "failed" if ending == DivergedError.__name__:
            return "diverged"
        case "failed" if ending != JobError.__name__:
            return "failed"
        case "stopped" if ending == "pruned":
            return "pruned"
        case "stopped" if ending == "asked":
            return "stopped"
    return "interrupted"


def value_of(objective: Objective, epoch: EpochDone | None) -> float | None:
    """The objective's value at the end of an epoch; None where there is none that counts."""
    if epoch is None:
        return None
    accuracy, loss = epoch.validation_accuracy, epoch.validation_loss
    value = accuracy if objective == "accuracy" else loss
    return value if value is not None and math.isfinite(value) else None
