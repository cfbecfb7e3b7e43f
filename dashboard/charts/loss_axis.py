"""The axis of the losses: linear or logarithmic, and as far as the curves are worth seeing.

One spike of 10³⁴ would press a whole run flat. So the axis ends where the run is, and what lies
beyond is counted, to be said in the chart; a run that itself goes through decades gets a
logarithmic axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_DATA_LOSS", "AxisKind", "LossAxis", "loss_axis"]

AxisKind = Literal["auto", "linear", "log"]
"""What a person chose; "auto": what the losses ask for."""

NO_DATA_LOSS = 2.5
"""The end of an axis without losses: a guess among ten classes costs ln 10 = 2.3."""

_DECADES = 3.0  # that the run goes through before its axis is logarithmic by itself
_BEYOND, _BEYOND_LOG = 8.0, 1e3  # times the usual losses: what is higher is off the scale
_BELOW_LOG = 1e-2  # times the usual losses: what is lower is off a logarithmic scale
_BLOCKS, _SHORTEST = 400, 5  # a run is looked at in so many blocks, of at least so many steps
_FIRST = 20  # steps at which a run begins; an axis that cuts them off hides the beginning
_HUGE = 1e5  # from here on numbers are written with a power of ten
_MOST_MARKS = 100

Values = NDArray[np.floating[Any]]
_NONE: Values = np.empty((2, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAxis:
    """How the losses are drawn, and what of them is not."""

    log: bool
    low: float | None = None  # where the axis ends by itself; None: wherever the losses do
    high: float | None = None
    above: tuple[tuple[float, float], ...] = ()  # (step, loss) off the scale; at most 100
    count: int = 0  # all losses off the scale
    peak: tuple[float, float] | None = None  # the highest of them
    zeros: int = 0  # steps that a logarithmic axis cannot show
    huge: bool = False  # numbers need a power of ten
    decades: float = 0.0  # that the run goes through


def loss_axis(
    losses: Values,
    points: Values = _NONE,
    *,
    others: Sequence[Values] = (),
    kind: AxisKind = "auto",
    before: bool = False,
) -> LossAxis:
    """Choose the axis of a run's losses.

    Args:
        losses: (N,) loss of every step of the run; NaN where it is unknown.
        points: (2, M) step and value of what else is on the axis: epochs, other runs.
        others: of each of the other runs its losses; the axis is to show them too.
        kind: what a person chose.
        before: "auto" was logarithmic when the run was drawn last; it stays so, as an axis that
            goes to and fro cannot be read.
    """
    steps = np.concatenate([np.arange(1, len(losses) + 1), points[0]])
    values = np.concatenate([losses, points[1]])
    known = np.isfinite(values)
    if not known.any():
        return LossAxis(log=kind == "log")
    runs = [run for run in (losses, *others) if np.isfinite(run).any()] or [values[known]]
    each = [_usual(run) for run in runs]
    usual = np.concatenate(each)
    decades = _decades(usual)
    log = kind == "log" or (kind == "auto" and (before or decades >= _DECADES))
    highest = float(values[known].max())
    limit = max(_limit(run, own, log=log) for run, own in zip(runs, each, strict=True))
    above = np.flatnonzero(known & (values > limit))
    high = _end(values[known & (values <= limit)], log=log) if len(above) else None
    cut = [(float(steps[index]), float(values[index])) for index in above[:: _stride(above)]]
    peak = int(above[np.argmax(values[above])]) if len(above) else None
    return LossAxis(
        log=log,
        low=min(filter(None, map(_low, each)), default=None) if log else None,
        high=high,
        above=tuple(cut),
        count=len(above),
        peak=None if peak is None else (float(steps[peak]), float(values[peak])),
        zeros=int((losses <= 0).sum()) if log else 0,
        huge=highest >= _HUGE,
        decades=decades,
    )


def _usual(losses: Values) -> Values:
    """Medians of parts of the run: what a spike does not change."""
    size = max(_SHORTEST, -(-len(losses) // _BLOCKS))
    whole = losses[: len(losses) // size * size].reshape(-1, size)
    last = losses[len(whole) * size :]
    medians = np.median(whole, axis=1) if len(whole) else losses[:0]
    usual = np.append(medians, np.median(last)) if len(last) else medians
    usual = usual[np.isfinite(usual)]
    return usual if len(usual) else losses[np.isfinite(losses)]


def _limit(losses: Values, usual: Values, *, log: bool) -> float:
    """What is higher than this is off the scale."""
    begin = losses[np.isfinite(losses)][:_FIRST]
    first = float(np.median(begin)) if len(begin) else 0.0
    return max(float(np.quantile(usual, 0.98)) * (_BEYOND_LOG if log else _BEYOND), 2 * first)


def _end(shown: Values, *, log: bool) -> float:
    """Where an axis ends that cuts something off: a little above the highest that it shows."""
    return float(shown.max(initial=0)) * (2 if log else 1.1) or NO_DATA_LOSS


def _decades(usual: Values) -> float:
    positive = usual[usual > 0]
    if len(positive) < 2:
        return 0.0
    low, high = np.quantile(positive, (0.02, 0.98))
    return math.log10(high) - math.log10(low)


def _low(usual: Values) -> float | None:
    """Where a logarithmic axis ends below: a single lucky batch does not stretch it."""
    positive = usual[usual > 0]
    return float(np.quantile(positive, 0.02)) * _BELOW_LOG if len(positive) else None


def _stride(above: NDArray[np.intp]) -> int:
    return max(1, -(-len(above) // _MOST_MARKS))
