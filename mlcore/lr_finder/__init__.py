"""Learning-rate finder: a short training whose learning rate grows, and what its losses suggest.

The range test is that of L. N. Smith, "Cyclical Learning Rates for Training Neural Networks",
2017 (arXiv:1506.01186, section 3.3), with the exponential schedule that S. Gugger, "How Do You
Find A Good Learning Rate", 2018, gave it. What it suggests is tried beside the usual rate. Test and
trial themselves are in `finding`, which loads torch.
"""

from __future__ import annotations

from mlcore.lr_finder.points import (
    HIGHEST,
    IGNORED,
    LOWEST,
    STEPS,
    USUAL,
    RangeTest,
    Trial,
    rate_at,
    unused,
)
from mlcore.lr_finder.suggestion import Suggestion, has_diverged, smoothed, suggest

__all__ = [
    "HIGHEST",
    "IGNORED",
    "LOWEST",
    "STEPS",
    "USUAL",
    "RangeTest",
    "Suggestion",
    "Trial",
    "has_diverged",
    "rate_at",
    "smoothed",
    "suggest",
    "unused",
]
