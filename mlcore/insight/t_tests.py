"""Figures of several runs: their mean and spread, and whether two means differ.

Student's t distribution is SciPy's; it is loaded when a test is first made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Spread", "TTest", "TestKind", "one_against_many", "paired", "spread", "welch"]

TestKind = Literal["paired", "welch", "one against many"]

_COVERED = 0.95
"""What the intervals cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A figure over several runs.

    Attributes:
        n: runs that have it, at least 1.
        mean: of them.
        sd: standard deviation, with n - 1; None for one run.
    """

    n: int
    mean: float
    sd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TTest:
    """Whether two means differ, by Student's t.

    Attributes:
        kind: which test it was.
        difference: the second's mean less the first's.
        low, high: its interval at 95 %; infinite where the values have no spread to judge by.
        p: two-sided; None where the values have no spread to judge by.
        n: values of the first and of the second; of a paired test, the pairs, twice.
    """

    kind: TestKind
    difference: float
    low: float
    high: float
    p: float | None
    n: tuple[int, int]


def spread(values: Sequence[float | None]) -> Spread | None:
    """Mean and standard deviation of the values that are finite; None where there is none."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return None
    mean = math.fsum(known) / len(known)
    return Spread(n=len(known), mean=mean, sd=math.sqrt(_variance(known)) if known[1:] else None)


def paired(first: Sequence[float], second: Sequence[float]) -> TTest:
    """Student's test of pairs (1908): the mean of their differences against 0.

    Args:
        first: values.
        second: the value that belongs to each, at least two.
    """
    differences = [b - a for a, b in zip(first, second, strict=True)]
    count = len(differences)
    mean = math.fsum(differences) / count
    error = math.sqrt(_variance(differences) / count)
    return _test("paired", mean, error, count - 1, (count, count))


def welch(first: Sequence[float], second: Sequence[float]) -> TTest:
    """Welch's test (1947): two means whose variances may differ; at least two values each."""
    a, b = _variance(first) / len(first), _variance(second) / len(second)
    mean = math.fsum(second) / len(second) - math.fsum(first) / len(first)
    squares = a * a / (len(first) - 1) + b * b / (len(second) - 1)
    freedom = (a + b) ** 2 / squares if squares else math.inf
    return _test("welch", mean, math.sqrt(a + b), freedom, (len(first), len(second)))


def one_against_many(one: float, many: Sequence[float]) -> TTest:
    """Whether one value is of the kind of at least two others (Crawford and Howell, 1998).

    It is Student's test of two samples, one of which has one value: both have the same variance.
    """
    mean = math.fsum(many) / len(many)
    error = math.sqrt(_variance(many) * (1 + 1 / len(many)))
    return _test("one against many", mean - one, error, len(many) - 1, (1, len(many)))


_ROUNDING = 1e-12
"""A standard error of accuracies that is no spread: they are shares of whole images."""


def _test(
    kind: TestKind, difference: float, error: float, freedom: float, n: tuple[int, int]
) -> TTest:
    if error <= _ROUNDING:
        return TTest(kind=kind, difference=difference, low=-math.inf, high=math.inf, p=None, n=n)
    from scipy.special import stdtr, stdtrit  # loaded here, as it takes a moment

    half = float(stdtrit(freedom, (1 + _COVERED) / 2)) * error
    return TTest(
        kind=kind,
        difference=difference,
        low=difference - half,
        high=difference + half,
        p=min(1.0, 2 * float(stdtr(freedom, -abs(difference) / error))),
        n=n,
    )


def _variance(values: Sequence[float]) -> float:
    """With n - 1; exactly 0 where all are equal."""
    if len(set(values)) == 1:
        return 0.0
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
