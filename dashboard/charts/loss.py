"""The loss of every step: as it was, and as a moving mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.downsample import with_detail
from dashboard.charts.numbers import figure_at
from dashboard.words.translation import _

__all__ = [
    "Line",
    "LossInfo",
    "downsampled_line",
    "loss_hover",
    "loss_info",
    "loss_traces",
    "moving_mean",
]

_RAW_POINTS = 1_500
_SMOOTH_POINTS = 700
_PIECE = 100_000  # steps whose sums are in memory at once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """A curve over steps; two are equal when their numbers are, NaN included."""

    step: NDArray[np.int32]  # (N,) from 1, ascending
    value: NDArray[np.float32]  # (N,) NaN where the curve has a gap

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Line):
            return NotImplemented
        return np.array_equal(self.step, other.step) and np.array_equal(
            self.value, other.value, equal_nan=True
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossInfo:
    """What the chart of the step loss shows."""

    raw: Line  # at most 1,500 points, extremes kept
    smooth: Line  # at most 700 points; empty without smoothing


def loss_info(
    losses: NDArray[np.floating[Any]],
    *,
    window: int = 50,
    visible: tuple[float, float] | None = None,
) -> LossInfo:
    """Reduce the step losses to what a screen can show.

    Args:
        losses: (N,) loss of step 1, 2, …; NaN and infinity become gaps.
        window: steps of the moving mean; 1 and less draw none.
        visible: first and last step on the screen, which get most of the points; None: all.
    """
    finite = np.where(np.isfinite(losses), losses, np.nan)
    smooth = moving_mean(finite, window).astype(np.float32) if window > 1 else finite[:0]
    return LossInfo(
        raw=downsampled_line(finite, _RAW_POINTS, visible),
        smooth=downsampled_line(smooth, _SMOOTH_POINTS, visible),
    )


def moving_mean(losses: NDArray[np.floating[Any]], window: int) -> NDArray[np.float64]:
    """Mean of the last `window` losses at every step (of fewer at the start); gaps left out.

    Each window is the end of one block and the beginning of the next, so nothing is subtracted:
    differences of running sums would be lost for ever after a loss of 1e34.
    """
    length = max(1, _PIECE // window) * window  # whole blocks, so that pieces change no sum
    means = np.empty(len(losses))
    for start in range(0, len(losses), length):
        begin = max(0, start - window)
        piece = _piece_mean(losses[begin : start + length], window)
        means[start : start + length] = piece[start - begin :]
    return means


def _piece_mean(losses: NDArray[np.floating[Any]], window: int) -> NDArray[np.float64]:
    count = len(losses)
    padded = np.full(-(-count // window) * window, np.nan)
    padded[:count] = losses
    known = np.isfinite(padded)
    sums = _window_sums(np.where(known, padded, 0.0), window)[:count]
    counts = _window_sums(known.astype(np.float64), window)[:count]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(counts > 0, sums / counts, np.nan))


def _window_sums(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Sum of the last `window` values at every position; their number is a multiple of it."""
    blocks = values.reshape(-1, window)
    heads = np.cumsum(blocks, axis=1).ravel()
    tails = np.cumsum(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    sums = heads.copy()
    starts = np.arange(window, len(values)) - window + 1
    inside = starts[starts % window != 0]  # the others are whole blocks
    sums[inside + window - 1] += tails[inside]
    return sums


def loss_traces(*, huge: bool = False) -> list[go.Scatter]:
    """The two curves, without data; `huge`: losses are written with a power of ten."""
    return [
        go.Scatter(
            name=name,
            mode="lines",
            yaxis="y",
            line={"color": "var(--st-chart-color-1)", "width": width},
            opacity=opacity,
            hovertemplate=loss_hover(huge=huge),
        )
        for name, width, opacity in ((_("step loss"), 1, 0.38), (_("moving mean"), 2.25, None))
    ]


def loss_hover(*, huge: bool) -> str:
    """A loss on hover, as tables write it."""
    return figure_at("y", huge=huge)


def downsampled_line(
    values: NDArray[np.floating[Any]], most: int, visible: tuple[float, float] | None
) -> Line:
    """A curve as a line of at most `most` points.

    Args:
        values: (N,) its value at step 1, 2, …
        most: points, 16 at least.
        visible: first and last step on the screen, which get most of the points; None: all.
    """
    stretch = (
        None if visible is None else (int(max(visible[0], 0)) - 2, int(min(visible[1], 2e9)) + 1)
    )
    kept = with_detail(values, most, stretch)
    return Line(step=(kept + 1).astype(np.int32), value=values[kept].astype(np.float32))
