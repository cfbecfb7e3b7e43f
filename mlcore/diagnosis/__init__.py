"""What a run's history shows, in plain words: findings, each with evidence and a thing to try.

A finding is only made where it is clear; what is not yet clear is not said. `tests/mlcore/
diagnosis` holds the rules to recorded trainings of which it is known what was wrong with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from mlcore.config import RunConfig
from mlcore.diagnosis import fit, rate, start
from mlcore.diagnosis.curves import RECENT, Curves, Ending, curves_of, recent_loss
from mlcore.diagnosis.finding import KINDS, Evidence, Finding, Kind, Tone
from mlcore.errors import SettingsError

__all__ = [
    "KINDS",
    "RECENT",
    "Curves",
    "Ending",
    "Evidence",
    "Finding",
    "Kind",
    "Tone",
    "curves_of",
    "diagnose",
    "recent_loss",
]

_RULES: dict[Kind, Callable[[Curves], Finding | None]] = {
    "diverging": start.diverging,
    "learning_rate_too_high": rate.rate_too_high,
    "dead_units": fit.dead_units,
    "over_fitting": fit.over_fitting,
    "under_fitting": fit.under_fitting,
    "learning_rate_too_low": rate.rate_too_low,
    "start_far_off": start.start_far_off,
    "plateau": fit.plateau,
    "finished_too_early": fit.finished_too_early,
    "noisy": rate.noisy,
    "learning": start.learning,
    "start_expected": start.start_expected,
}

_INSTEAD: dict[Kind, tuple[Kind, ...]] = {
    "diverging": (
        "learning_rate_too_high",
        "dead_units",
        "over_fitting",
        "under_fitting",
        "plateau",
        "noisy",
        "learning",
    ),
    "learning_rate_too_high": ("plateau", "under_fitting", "over_fitting", "noisy"),
    "dead_units": ("plateau",),
    "under_fitting": ("plateau", "over_fitting", "learning_rate_too_low"),
    "learning_rate_too_low": ("plateau", "finished_too_early"),
    "over_fitting": ("finished_too_early", "noisy"),
}
"""Kind → kinds that need not be said beside it, as it is their reason, or the more urgent."""


def diagnose(curves: Curves) -> tuple[Finding, ...]:
    """What the curves of a run show, most urgent first.

    Takes a few milliseconds for 100,000 steps and 1,000 epochs.
    """
    found: dict[Kind, Finding] = {}
    unsaid: set[Kind] = set()
    with np.errstate(all="ignore"):  # losses may be NaN, and near the largest number there is
        for kind in KINDS:
            if kind not in unsaid and (finding := _RULES[kind](curves)) is not None:
                found[kind] = _with_what_can_be_set(finding, curves.config)
                unsaid |= set(_INSTEAD.get(kind, ()))
    return tuple(found.values())


def _with_what_can_be_set(finding: Finding, config: RunConfig) -> Finding:
    """The finding without its changes where they do not fit the other settings."""
    try:
        config.with_values(finding.changes)
    except SettingsError:
        return dataclasses.replace(finding, changes={})
    return finding
