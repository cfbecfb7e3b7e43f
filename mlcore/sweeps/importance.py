"""How much each setting of a sweep decided what its trials came to.

Counted are the trials that were trained to their end: one that was given up has no last epoch. The
method is Optuna's PED-ANOVA (https://arxiv.org/abs/2304.10255): how differently the values of the
best trials lie from those of all. It takes settings that not every trial has, and needs few trials,
but few of them say little: `Importance.few`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlcore.errors import MlcoreError
from mlcore.rules import Value
from mlcore.sweeps.space import Space
from mlcore.sweeps.summary import SweepSummary
from mlcore.sweeps.sweep import Objective

__all__ = ["Importance", "Observed", "importance"]

_LEAST, _FEW = 6, 20  # trials: for any answer; for one that another handful hardly changes

_STEPS = 50  # one of so many more makes a difference

Observed = tuple[tuple[tuple[str, Value], ...], float]
"""The settings of a trial, and the value of the objective that it came to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """What the settings of a sweep explain.

    Attributes:
        trials: how many it stands on, each trained to its end.
        shares: setting → its share of what all of them explain, 0 to 1, the largest first; empty
            where nothing can be said.
        lacks: why nothing can be said.
    """

    trials: int
    shares: Mapping[str, float] = field(default_factory=dict)
    lacks: MlcoreError | None = None

    @property
    def few(self) -> bool:
        """Whether another handful of trials may turn the order."""
        return self.trials < _FEW


def importance(found: SweepSummary) -> Importance:
    """How much each varied setting decided; loads Optuna unless it is known or nothing can be said.

    Args:
        found: the sweep and its trials.
    """
    sweep = found.sweep
    whole = tuple(
        (tuple(one.params.items()), one.value)
        for one in found.trials
        if one.state == "complete" and one.value is not None and math.isfinite(one.value)
    )
    if found.state == "running":  # not counted anew for each trial of many: 1,000 take 0.2 s
        whole = whole[: len(whole) - len(whole) % max(1, len(whole) // _STEPS)]
    lacks = _lacks(sweep.space, whole)
    shares = {} if lacks else _shares(sweep.space, sweep.objective, whole)
    if not lacks and not shares:
        lacks = MlcoreError(
            "The {n} whole trials tell no setting from another: their values hardly differ.",
            n=len(whole),
        )
    return Importance(trials=len(whole), shares=shares, lacks=lacks)


def _lacks(space: Space, whole: tuple[Observed, ...]) -> MlcoreError | None:
    if len(space.dimensions) < 2:
        return MlcoreError(
            "This sweep varies one setting only: what its trials differ by is that setting or "
            "chance."
        )
    if len(whole) < _LEAST:
        return MlcoreError(
            "What each setting decides needs {least} trials that were trained to their end; so "
            "far there are {n}.",
            least=_LEAST,
            n=len(whole),
        )
    if len({value for _params, value in whole}) == 1:
        return MlcoreError(
            "All {n} whole trials came to the same figure: no setting made a difference.",
            n=len(whole),
        )
    return None


@functools.lru_cache(maxsize=16)
def _shares(space: Space, objective: Objective, whole: tuple[Observed, ...]) -> dict[str, float]:
    """Kept, as each session that looks at a sweep asks for the same again and again."""
    from mlcore.sweeps.optuna_parts import importances  # loads Optuna

    seen = {
        one.name: {dict(params).get(one.name) for params, _value in whole}
        for one in space.dimensions
    }
    found = {  # what never differed decided nothing, but has a remainder of the method's prior
        name: one if len(seen[name]) > 1 else 0.0
        for name, one in importances(space, objective, whole).items()
    }
    total = math.fsum(found.values())
    if total <= 0:
        return {}
    shares = {one.name: found.get(one.name, 0.0) / total for one in space.dimensions}
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))
