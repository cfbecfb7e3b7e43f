"""Fewer points of a curve that look like all of them: each segment keeps its lowest and highest.

A mean of each segment would hide the spikes that matter. This is the min/max method of
oscilloscopes: at the width of a screen its line covers the same pixels as the whole curve.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["extremes", "with_detail"]

Indices = NDArray[np.intp]


def extremes(values: NDArray[np.floating[Any]], most: int) -> Indices:
    """Indices, ascending, of at most `most` values: ends, and each segment's lowest and highest.

    Values that are not finite are neither lowest nor highest; a segment without a finite value
    keeps its first, so that a gap in the curve stays a gap.

    Args:
        values: (N,) the curve.
        most: how many indices to return at most, 4 at least.
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    segments = (most - 2) // 2
    starts = np.linspace(1, count - 1, segments + 1).astype(np.intp)[:-1]  # (S,)
    width = -(-(count - 2) // segments)
    grid = starts[:, None] + np.arange(width)  # (S, width); overlaps are merged by unique
    rows = values[np.minimum(grid, count - 2)]  # (S, width)
    finite = np.isfinite(rows)
    lowest = np.where(finite, rows, np.inf).argmin(axis=1)
    highest = np.where(finite, rows, -np.inf).argmax(axis=1)
    inner = np.minimum(np.concatenate([starts + lowest, starts + highest]), count - 2)
    return np.unique(np.concatenate([[0], inner, [count - 1]]))


def with_detail(
    values: NDArray[np.floating[Any]], most: int, visible: tuple[int, int] | None
) -> Indices:
    """Indices of the whole curve, and more of them in the visible range.

    Args:
        values: (N,) the curve.
        most: how many indices to return at most, 16 at least.
        visible: first and last index (inclusive, clipped to the curve) of the range that gets
            three quarters of the points; None spreads them evenly.
    """
    if visible is None or len(values) <= most:
        return extremes(values, most)
    first, last = max(0, visible[0]), min(len(values) - 1, visible[1])
    if first > last or (first == 0 and last == len(values) - 1):
        return extremes(values, most)
    coarse = most // 4
    outside = extremes(values, coarse)
    outside = outside[(outside < first) | (outside > last)]
    inside = first + extremes(values[first : last + 1], most - coarse)
    return np.sort(np.concatenate([outside, inside]))
