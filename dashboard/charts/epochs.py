"""What each epoch came to: training and validation loss, validation accuracy.

A validation is drawn where it was made, at the end of its epoch. The training loss of an epoch is a
mean over all of its steps, of models that still improved, so it is drawn in their middle: at the
end it would lie above the curve, and validation would seem better than training.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.downsample import extremes
from dashboard.charts.loss import loss_hover
from dashboard.charts.numbers import percent_at
from dashboard.words.translation import _
from mlcore.events import EpochDone

__all__ = ["EpochPoint", "EpochsInfo", "epoch_arrays", "epoch_hover", "epoch_traces", "epochs_info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochPoint:
    """One epoch on the axis of steps."""

    epoch: int
    step: float  # where it is drawn: at the epoch's end, or in its middle for a mean over its steps
    value: float  # finite


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochsInfo:
    """What the chart of the epochs shows, without values that are missing or not finite."""

    train: tuple[EpochPoint, ...]
    validation: tuple[EpochPoint, ...]
    accuracy: tuple[EpochPoint, ...]  # of 0 to 1


def epochs_info(epochs: Sequence[EpochDone], most: int = 1_000, *, begin: int = 0) -> EpochsInfo:
    """Put the epochs of a run on the axis of steps.

    Args:
        epochs: in order.
        most: points of a curve; a longer one keeps its ends, highs and lows, as the losses do.
        begin: the step at which the first of them began; that of a fork's parent for a fork.
    """
    starts = [begin, *(done.step for done in epochs)]
    middles = [(starts[index] + 1 + done.step) / 2 for index, done in enumerate(epochs)]
    ends = [float(done.step) for done in epochs]
    return EpochsInfo(
        train=_points(epochs, middles, "train_loss", most),
        validation=_points(epochs, ends, "validation_loss", most),
        accuracy=_points(epochs, ends, "validation_accuracy", most),
    )


def epoch_traces(*, huge: bool = False) -> list[go.Scatter]:
    """The three curves, without data; `huge`: losses are written with a power of ten."""
    mean = _("{value}, mean of epoch {epoch}", value=loss_hover(huge=huge), epoch="%{customdata}")
    after, accuracy = epoch_hover("y", huge=huge), epoch_hover("y2")
    return [
        _trace(_("epoch mean"), "var(--st-chart-color-4)", "circle", "y", mean),
        _trace(_("validation loss"), "var(--st-chart-color-2)", "diamond", "y", after),
        _trace(_("validation accuracy"), "var(--st-chart-color-3)", "diamond", "y2", accuracy),
    ]


def epoch_arrays(points: Sequence[EpochPoint], scale: float = 1) -> dict[str, Any]:
    """The `x`, `y` and epochs of a curve; `scale`: 100 shows accuracies in per cent."""
    return {
        "x": _steps(points),
        "y": np.array([point.value * scale for point in points], np.float64),
        "customdata": np.array([point.epoch for point in points], np.int32),
    }


def epoch_hover(yaxis: str, *, huge: bool = False) -> str:
    """What a point of a curve says on hover; accuracies have the axis "y2"."""
    number = percent_at("y") if yaxis == "y2" else loss_hover(huge=huge)
    return _("{value} after epoch {epoch}", value=number, epoch="%{customdata}")


def _steps(points: Sequence[EpochPoint]) -> NDArray[Any]:
    """As few bytes as say them exactly."""
    steps = np.array([point.step for point in points], np.float64)
    shorter = (steps.astype(np.int32), steps.astype(np.float32))
    return next((kind for kind in shorter if np.array_equal(kind, steps)), steps)


def _trace(name: str, color: str, symbol: str, yaxis: str, hover: str) -> go.Scatter:
    return go.Scatter(
        name=name,
        mode="lines+markers",
        yaxis=yaxis,
        line={"color": color, "width": 1.75},
        marker={
            "color": color,
            "symbol": symbol,
            "size": 6.5,
            "line": {"color": "var(--st-background-color)", "width": 1},
        },
        hovertemplate=hover,
    )


def _points(
    epochs: Sequence[EpochDone], steps: Sequence[float], name: str, most: int
) -> tuple[EpochPoint, ...]:
    found = [
        EpochPoint(epoch=done.epoch, step=step, value=value)
        for done, step in zip(epochs, steps, strict=True)
        if (value := getattr(done, name)) is not None and math.isfinite(value)
    ]
    kept = extremes(np.array([point.value for point in found], np.float64), most)
    return tuple(found[index] for index in kept)
