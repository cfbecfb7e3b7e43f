"""Two models on the same images: where they differ, and whether that could be chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mlcore.errors import SettingsError
from mlcore.insight.answers import Answers, Ints

__all__ = ["SIGNIFICANT", "Comparison", "compare", "mcnemar"]

SIGNIFICANT = 0.05
"""A p-value below it is called hardly chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The first model against the second.

    Attributes:
        accuracy: of both, 0 to 1.
        only_first_right: indices of the images that only the first gets right, (A,), those where
            the second is surest of its mistake first.
        only_second_right: those that only the second gets right, (B,), likewise.
        difference: (C, C) counts of the second's confusion matrix less the first's.
        mcnemar_p: McNemar's exact test, two-sided.
        images: that both were tested on.
    """

    accuracy: tuple[float, float]
    only_first_right: Ints
    only_second_right: Ints
    difference: Ints
    mcnemar_p: float
    images: int


def compare(first: Answers, second: Answers) -> Comparison:
    """Compare the answers of two models to the same images.

    Raises:
        SettingsError: they were not asked the same: other images or classes.
    """
    if first.classes != second.classes or not np.array_equal(first.labels, second.labels):
        raise SettingsError(
            "The two were not tested on the same images: choose two that are tested on the same "
            "data set."
        )
    a = _surest(np.flatnonzero(first.right & ~second.right), second)
    b = _surest(np.flatnonzero(second.right & ~first.right), first)
    return Comparison(
        accuracy=(first.hits / len(first), second.hits / len(second)),
        only_first_right=a,
        only_second_right=b,
        difference=second.confusion - first.confusion,
        mcnemar_p=mcnemar(len(a), len(b)),
        images=len(first),
    )


def _surest(rows: Ints, wrong: Answers) -> Ints:
    return rows[np.argsort(-wrong.confidence[rows], kind="stable")]


def mcnemar(only_first: int, only_second: int) -> float:
    """How likely so uneven a split of the images that only one gets right is by chance alone.

    McNemar's test (1947) in its exact form: the binomial distribution with one half, two-sided.

    Args:
        only_first: images that only the first gets right.
        only_second: images that only the second gets right.

    Returns:
        The p-value, from 0 to 1; 1 where there are none.
    """
    count, fewer = only_first + only_second, min(only_first, only_second)
    if only_first == only_second:
        return 1.0
    term = math.comb(count, fewer) / 2**count  # whole numbers: rounded once
    total, rank = 0.0, fewer
    while term > total * 1e-18:
        total += term
        term *= rank / (count - rank + 1)
        rank -= 1
    return min(1.0, 2 * total)
