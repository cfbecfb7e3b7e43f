"""Other runs on the chart of a run: a loss curve and an accuracy curve each.

Where runs are compared, a colour and a kind of line stand for a run: its curves share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.epochs import EpochPoint, epoch_arrays, epoch_hover, epochs_info
from dashboard.charts.loss import Line, downsampled_line, loss_hover, moving_mean
from dashboard.charts.signs import line_sign, mark_sign
from mlcore.events import EpochDone

__all__ = ["COLORS", "OtherRun", "other_arrays", "other_run", "other_traces"]

COLORS = (
    "var(--st-chart-color-2)",
    "var(--st-chart-color-3)",
    "var(--st-chart-color-4)",
    "var(--st-chart-color-5)",
    "var(--st-text-color)",
)
"""Of the other runs, in order; the first colour is that of the run itself."""

_POINTS = 500  # of a loss curve
_EPOCHS = 150  # of an accuracy curve


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRun:
    """What the chart shows of a run that another one is compared with."""

    name: str
    loss: Line  # at most 500 points
    accuracy: tuple[EpochPoint, ...]  # of 0 to 1, at most 150
    steps: int


def other_run(
    name: str,
    losses: NDArray[np.floating[Any]],
    epochs: Sequence[EpochDone],
    *,
    window: int,
    visible: tuple[float, float] | None,
) -> OtherRun:
    """Gather what the chart shows of another run.

    Args:
        name: its name on the page.
        losses: (N,) loss of every step; NaN where it is unknown.
        epochs: those that are over, in order.
        window: steps of the moving mean; 1 and less: every step as it was.
        visible: first and last step on the screen; None: all.
    """
    finite = np.where(np.isfinite(losses), losses, np.nan)
    curve = moving_mean(finite, window) if window > 1 else finite
    return OtherRun(
        name=name,
        loss=downsampled_line(curve, _POINTS, visible),
        accuracy=epochs_info(epochs, most=_EPOCHS).accuracy,
        steps=len(losses),
    )


def other_traces(count: int, *, huge: bool = False) -> list[go.Scatter]:
    """Two curves for each of `count` runs, without data; `huge` as `loss_hover` takes it."""
    return [trace for index in range(count) for trace in _traces(index, loss_hover(huge=huge))]


def other_arrays(others: Sequence[OtherRun]) -> list[dict[str, Any]]:
    """For each of those traces its `x`, `y` and the rest."""
    arrays: list[dict[str, Any]] = []
    for other in others:
        arrays.append({"x": other.loss.step, "y": other.loss.value})
        arrays.append(epoch_arrays(other.accuracy, 100))
    return arrays


def _traces(index: int, hover: str) -> list[go.Scatter]:
    line = {"color": COLORS[index], "width": 1.75, "dash": line_sign(index + 1)}
    shared: dict[str, Any] = {"legendgroup": f"other {index}", "zorder": -1}  # below the run's own
    loss = go.Scatter(
        mode="lines",
        yaxis="y",
        line=line,
        hovertemplate=hover,
        **shared,
    )
    accuracy = go.Scatter(
        mode="lines+markers",
        yaxis="y2",
        line=line,
        marker={"color": COLORS[index], "symbol": mark_sign(index + 1), "size": 6},
        showlegend=False,
        hovertemplate=epoch_hover("y2"),
        **shared,
    )
    return [loss, accuracy]
