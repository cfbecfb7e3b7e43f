"""Numbers as Plotly and Streamlit's tables write them: with the digits of `mlcore.words`.

What is written in Python goes through `mlcore.words`; these are the same forms for what the browser
writes itself: hover texts, axes, and columns that can be sorted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "COUNT_AXIS",
    "COUNT_COLUMN",
    "FIGURE_COLUMN",
    "PERCENT_AXIS",
    "PERCENT_COLUMN",
    "RATE_COLUMN",
    "SECONDS_COLUMN",
    "TENSOR_COLUMN",
    "TIGHT_COUNT_AXIS",
    "WHOLE_PERCENT_COLUMN",
    "count_at",
    "figure_at",
    "percent_at",
    "short_at",
]

COUNT_AXIS: Mapping[str, Any] = {"tickformat": ",d"}
"""1,000 and 20,000."""

TIGHT_COUNT_AXIS: Mapping[str, Any] = {"exponentformat": "SI"}
"""10k and 2M, for logarithmic axes, whose numbers are long and few."""

PERCENT_AXIS: Mapping[str, Any] = {"ticksuffix": " %"}
"""Of shares drawn as per cent, 0 to 100; with as many digits as its zoom needs."""

COUNT_COLUMN, FIGURE_COLUMN, PERCENT_COLUMN = "localized", "%.4f", "%.2f %%"
RATE_COLUMN, SECONDS_COLUMN, WHOLE_PERCENT_COLUMN = "%.3g", "%.2f", "%d %%"
TENSOR_COLUMN = "%.4g"  # of numbers of any size


def count_at(place: str) -> str:
    """A count in a hover text: "12,345"; `place` as "x" or "customdata[0]"."""
    return f"%{{{place}:,d}}"


def figure_at(place: str, *, huge: bool = False) -> str:
    """A loss or another figure in a hover text, as `mlcore.words.figure` writes it.

    Args:
        place: as "y".
        huge: there are figures with a power of ten.
    """
    return f"%{{{place}:.4~g}}" if huge else f"%{{{place}:.4f}}"


def percent_at(place: str, digits: int = 2) -> str:
    """A share that is drawn as per cent, as `mlcore.words.percent` writes it."""
    return f"%{{{place}:.{digits}f}} %"


def short_at(place: str, digits: int = 4) -> str:
    """A number with as many digits as it needs, as `mlcore.words.short` writes it."""
    return f"%{{{place}:,.{digits}~g}}"
