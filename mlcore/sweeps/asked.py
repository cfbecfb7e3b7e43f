"""What a study gives and is told: a trial that is asked for, and how one ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from optuna.trial import TrialState

from mlcore.sweeps.space import Params

__all__ = ["REFUSED", "RUN", "RUNS", "STATES", "WHY", "Asked", "Ending"]

RUN, RUNS, WHY = "run", "runs", "why"
"""What a study keeps of a trial beside Optuna's own: its run, where that lies, how it failed."""

REFUSED = "refused"
"""Marks a trial whose settings contradict each other."""

Ending = Literal["complete", "pruned", "failed", "refused"]
"""How a trial ended, for the samplers. Refused: its settings contradict each other; it has no run,
and does not count."""

STATES: Mapping[Ending, TrialState] = {
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
    "refused": TrialState.FAIL,
}
"""What that is to Optuna."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A trial of the study that has not ended.

    Attributes:
        number: of the trial, from 0.
        params: the settings that it has from the sweep.
        run: id of its run; empty where none is known.
        reported: the epochs whose validation the study has.
        runs: folder in which that run lies, as its worker has it; empty: beside the study.
    """

    number: int
    params: Params
    run: str
    reported: frozenset[int]
    runs: str = ""
