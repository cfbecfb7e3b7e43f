"""Which of two settings is better, as far as their runs can tell: an effect, its interval, a word.

Two runs that differ only in the seed are two different models, and McNemar's test rightly says so:
over seeds the accuracy spreads far wider than the chance of the test images explains. So one run
of each tells two settings apart only where one makes several times as many mistakes; runs with
several seeds show how far chance goes, and Student's test compares with that. Two runs show it
badly, so that it takes three of each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mlcore.insight.comparison import SIGNIFICANT, Comparison
from mlcore.insight.t_tests import TestKind, TTest, one_against_many, paired, welch
from mlcore.words import N_, Translate, in_english, signed

__all__ = [
    "FEWEST_RUNS",
    "TIMES_THE_MISTAKES",
    "Verdict",
    "judge_groups",
    "judge_runs",
    "p_words",
    "verdict_words",
]

TIMES_THE_MISTAKES = 8.0
"""So many times the mistakes of one run the other must make for their settings to be called
different by one run of each.

Measured on 18 to 37 runs each of eight settings that differed in nothing but the seed: McNemar's
test at 5 % called 13 to 87 of 100 such pairs different; with this rule it was 3 of 100 for SGD on
digits at too high a rate, and none for the other seven.
"""

FEWEST_RUNS = 3
"""So many runs of each it takes for several seeds to tell settings apart.

The spread of two values is known too badly: their t-test has one degree of freedom, and an interval
over half of all possible differences.
"""

_Z = 1.959963984540054
"""The standard normal distribution has 95 % of its mass between -z and z."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the runs of two settings tell of them.

    Attributes:
        test: McNemar's for one run of each, else the kind of Student's test.
        difference: accuracy of the second less that of the first, from -1 to 1.
        low, high: its interval at 95 %, within what is possible, -1 to 1; infinite where nothing
            can be said. For one run of each it is that of the two models on such images, and leaves
            out what another seed would do.
        p: of the test, two-sided; None where it cannot be made.
        n: runs of the first and of the second that were compared.
        better: 1 or 2, the one whose settings are better, or which itself is, where both are
            checkpoints of one run; 0: they cannot be told apart.
    """

    test: Literal["mcnemar"] | TestKind
    difference: float
    low: float
    high: float
    p: float | None
    n: tuple[int, int]
    better: Literal[0, 1, 2]


def judge_runs(found: Comparison, *, own: bool = False) -> Verdict:
    """Judge two settings by one run of each, tested on the same images.

    The interval is that of Bonett and Price (2012) for a difference of paired shares.

    Args:
        found: the answers of both.
        own: both are checkpoints of one run. No settings and no seed are compared then, but two
            models, of which the images tell enough.
    """
    only_first, only_second = len(found.only_first_right), len(found.only_second_right)
    total = found.images
    a, b = (only_first + 1) / (total + 2), (only_second + 1) / (total + 2)
    half = _Z * math.sqrt((a + b - (b - a) ** 2) / (total + 2))
    wrong = [round((1 - share) * total) for share in found.accuracy]
    apart = max(wrong) >= TIMES_THE_MISTAKES * max(1, min(wrong))
    difference = (only_second - only_first) / total
    return Verdict(
        test="mcnemar",
        difference=difference,
        low=max(-1.0, b - a - half),
        high=min(1.0, b - a + half),
        p=found.mcnemar_p,
        n=(1, 1),
        better=_better(difference) if (own or apart) and found.mcnemar_p < SIGNIFICANT else 0,
    )


def judge_groups(first: Mapping[int, float], second: Mapping[int, float]) -> Verdict:
    """Judge two settings by several runs of at least one of them.

    Runs of the same seed share their split and their order of images, and are compared pair by
    pair where both groups have the same seeds; else Welch's test compares all runs, or one run is
    compared with many. None is left out, so that the difference is that of the means. With fewer
    than `FEWEST_RUNS` of either, neither is called better.

    Args:
        first: seed → accuracy on the test images, of one run at least.
        second: likewise; with one run each, nothing can be said.
    """
    fewest = min(len(first), len(second))
    if fewest > 1 and first.keys() == second.keys():
        return _judged(paired(list(first.values()), [second[seed] for seed in first]))
    a, b = list(first.values()), list(second.values())
    if fewest > 1:
        return _judged(welch(a, b))
    if len(b) > 1:
        return _judged(one_against_many(a[0], b))
    if len(a) > 1:
        return _judged(_turned(one_against_many(b[0], a)))
    nothing = TTest(
        kind="welch", difference=b[0] - a[0], low=-math.inf, high=math.inf, p=None, n=(1, 1)
    )
    return _judged(nothing)


def verdict_words(
    found: Verdict, first: str, second: str, translate: Translate = in_english
) -> str:
    """The verdict in plain words: better, worse, or not to be told apart with this much data.

    Args:
        found: the verdict.
        first: what the first is called.
        second: what the second is called.
        translate: gives a text in the reader's language.
    """
    values = {
        "first": first,
        "second": second,
        "points": f"{abs(found.difference) * 100:.2f}",
        "test": translate(_TESTS[found.test], n=found.n[0], other=found.n[1]),
        "p": p_words(found.p),
    }
    if found.p is None:
        return translate(
            N_(
                "{first} and {second} cannot be told apart with this much data: their runs show "
                "no spread to judge a difference of {points} points by."
            ),
            **values,
        )
    sign = -1 if found.difference < 0 else 1
    low, high = sorted((sign * found.low, sign * found.high))
    values["ahead"] = first if sign < 0 else second
    values |= {"low": signed(low * 100, 2), "high": signed(high * 100, 2)}
    if found.better == 2:
        return translate(_IS_BETTER, **values)
    if found.better == 1:
        return translate(_IS_WORSE, **values)
    if not float(values["points"]):
        return translate(_ALIKE, **values)
    if found.test != "mcnemar" and min(found.n) < FEWEST_RUNS:
        return translate(_TOO_FEW, fewest=FEWEST_RUNS, **values)
    if found.test == "mcnemar" and found.p < SIGNIFICANT:
        return translate(_SEED_COULD, **values)
    return translate(_COULD_BE_CHANCE, **values)


def p_words(p: float | None) -> str:
    """A p-value as it is written: "= 0.012", "< 0.001"."""
    if p is None:
        return "= –"
    return f"= {p:.3f}" if p >= 0.0005 else "< 0.001"


_IS_BETTER = N_(
    "{second} is better than {first}: by {points} points of accuracy (95 %: {low} to {high}), and "
    "that is hardly chance ({test}, p {p})."
)
_IS_WORSE = N_(
    "{second} is worse than {first}: by {points} points of accuracy (95 %: {low} to {high}), and "
    "that is hardly chance ({test}, p {p})."
)
_COULD_BE_CHANCE = N_(
    "{first} and {second} cannot be told apart with this much data: {ahead} is ahead by "
    "{points} points of accuracy (95 %: {low} to {high}), which could be chance ({test}, p {p})."
)
_ALIKE = N_(
    "{first} and {second} cannot be told apart with this much data: their accuracy is the same to "
    "two digits (95 %: {low} to {high} points; {test}, p {p})."
)
_SEED_COULD = N_(
    "{first} and {second} cannot be told apart by one run of each: this model of {ahead} is ahead "
    "by {points} points of accuracy (95 %: {low} to {high}; {test}, p {p}), but another seed alone "
    "can do that. Several seeds of each tell more."
)

_TOO_FEW = N_(
    "{first} and {second} cannot be told apart by so few runs: {ahead} is ahead by {points} points "
    "of accuracy (95 %: {low} to {high}; {test}, p {p}), but it takes {fewest} seeds of each to "
    "judge by."
)

_TESTS: Mapping[str, str] = {
    "mcnemar": N_("McNemar's exact test"),
    "paired": N_("paired t-test over {n} common seeds"),
    "welch": N_("Welch's t-test, as the seeds are not the same, {n} runs against {other}"),
    "one against many": N_("t-test of one run against several, {n} against {other}"),
}


def _judged(found: TTest) -> Verdict:
    known = found.p is not None
    certain = found.p is not None and found.p < SIGNIFICANT and min(found.n) >= FEWEST_RUNS
    return Verdict(
        test=found.kind,
        difference=found.difference,
        low=max(-1.0, found.low) if known else found.low,
        high=min(1.0, found.high) if known else found.high,
        p=found.p,
        n=found.n,
        better=_better(found.difference) if certain else 0,
    )


def _turned(found: TTest) -> TTest:
    """The same test with first and second exchanged."""
    return TTest(
        kind=found.kind,
        difference=-found.difference,
        low=-found.high,
        high=-found.low,
        p=found.p,
        n=(found.n[1], found.n[0]),
    )


def _better(difference: float) -> Literal[1, 2]:
    return 2 if difference > 0 else 1
