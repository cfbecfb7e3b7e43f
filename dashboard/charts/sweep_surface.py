"""What lies between the trials of a sweep: the objective over two settings that are numbers.

Between trials it is interpolated linearly, over the triangles of Delaunay, on axes as they are
drawn; beyond the outermost trials there is nothing. So it never claims more than trials showed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.sweep_axes import SettingAxis, number_axis, numeric
from dashboard.charts.sweep_marks import TrialGroups, trial_groups
from dashboard.words.translation import _, ngettext
from mlcore.sweeps import SweepSummary
from mlcore.sweeps.dimension import Dimension

__all__ = ["LEAST_PLACES", "ContourInfo", "contour_info", "contour_settings"]

LEAST_PLACES = 5
"""Pairs of values with a whole trial from which there is a surface."""

_GRID = 72  # places along each axis


@dataclass(frozen=True, slots=True, kw_only=True)
class ContourInfo:
    """What the chart shows.

    Attributes:
        across, up: the two settings.
        trials: those that have both and have come to a figure.
        x, y: places of the grid along each axis, as values of the setting.
        values: (len(y), len(x)) the objective there; NaN beyond the trials. Empty where `lacks`.
        lacks: why there is no surface, in a sentence; empty where there is one.
    """

    across: SettingAxis
    up: SettingAxis
    trials: TrialGroups
    x: tuple[float, ...]
    y: tuple[float, ...]
    values: NDArray[np.float64]
    lacks: str


def contour_settings(found: SweepSummary) -> list[Dimension]:
    """The varied settings whose values are numbers."""
    return [one for one in found.sweep.space.dimensions if numeric(one)]


def contour_info(found: SweepSummary, across: Dimension, up: Dimension) -> ContourInfo:
    """Gather what the chart shows.

    Args:
        found: the sweep.
        across: one of its settings whose values are numbers.
        up: another.
    """
    x, y = number_axis(across), number_axis(up)
    trials = trial_groups(found, having=(across.name, up.name))
    places, values = _places(trials, x, y)
    shares = np.linspace(0, 1, _GRID)
    surface, lacks = _surface(places, values, shares)
    return ContourInfo(
        across=x,
        up=y,
        trials=trials,
        x=tuple(x.value(share) for share in shares),
        y=tuple(y.value(share) for share in shares),
        values=surface,
        lacks=lacks,
    )


def _places(
    trials: TrialGroups, across: SettingAxis, up: SettingAxis
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N, 2) where whole trials stand, 0 to 1, and (N,) what they came to: of a place the mean."""
    found: dict[tuple[float, float], list[float]] = defaultdict(list)
    for one in trials.whole:
        x, y = across.place(one), up.place(one)
        if x is not None and y is not None and one.value is not None:
            found[across.share(x), up.share(y)].append(one.value)
    means = [math.fsum(values) / len(values) for values in found.values()]
    return np.array(list(found), np.float64).reshape(-1, 2), np.array(means, np.float64)


def _surface(
    places: NDArray[np.float64], values: NDArray[np.float64], shares: NDArray[np.float64]
) -> tuple[NDArray[np.float64], str]:
    """The values on the grid, or why there are none."""
    nothing = np.empty((0, 0))
    if len(places) < LEAST_PLACES:
        return nothing, ngettext(
            "A contour needs {least} whole trials with other values of these two settings; so far "
            "there is {n:,}.",
            "A contour needs {least} whole trials with other values of these two settings; so far "
            "there are {n:,}.",
            len(places),
            least=LEAST_PLACES,
        )
    from scipy.interpolate import LinearNDInterpolator  # 0.2 s, once
    from scipy.spatial import QhullError

    try:
        surface = LinearNDInterpolator(places, values)(*np.meshgrid(shares, shares))
    except QhullError:  # no triangle has a width
        surface = nothing
    if np.isfinite(surface).any():
        return surface, ""
    return nothing, _(
        "The whole trials lie on a line, so there is nothing between them to draw: Slices shows "
        "each setting."
    )
