"""Accuracies and losses as shades of one colour, the best one the strongest.

They go by the logarithm of the loss, or of the share of mistakes for an accuracy: near the best
value a tenth of the mistakes more or less is seen, and one run that has learned nothing does not
make all others look alike.
"""

from __future__ import annotations

import math

__all__ = ["LIGHTEST", "shade", "shaded"]

LIGHTEST = 0.15
"""Of the colour scale: what is lighter looks like a place without a run."""

_SMALLEST = 1e-4  # losses and shares of mistakes below it have one colour


def shade(value: float, *, share: bool) -> float:
    """How good a value is, in no unit: the higher the better.

    Args:
        value: a share of 0 to 1, the higher the better, or a loss.
        share: it is a share.
    """
    return -math.log(max(1 - value if share else value, _SMALLEST))


def shaded(value: float, *, share: bool) -> float:
    """The value of a shade; `shade` the other way round."""
    mistakes = math.exp(-value)
    return 1 - mistakes if share else mistakes
