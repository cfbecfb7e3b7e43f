"""What each epoch came to: training and validation loss, validation accuracy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.words.translation import _
from mlcore.events import EpochDone

__all__ = ["EpochPoint", "EpochsInfo", "epoch_arrays", "epoch_hover", "epoch_traces", "epochs_info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochPoint:
    """One epoch on the axis of steps."""

    epoch: int
    step: int  # at which it ended
    value: float  # finite


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochsInfo:
    """What the chart of the epochs shows, without values that are missing or not finite."""

    train: tuple[EpochPoint, ...]
    validation: tuple[EpochPoint, ...]
    accuracy: tuple[EpochPoint, ...]  # of 0 to 1


def epochs_info(epochs: Sequence[EpochDone], most: int = 1_000) -> EpochsInfo:
    """Put the epochs of a run on the axis of steps.

    Args:
        epochs: in order.
        most: of a longer run only every second, third … epoch is kept, and its last one.
    """
    stride = max(1, math.ceil(len(epochs) / most))
    kept = [done for index, done in enumerate(epochs) if (len(epochs) - 1 - index) % stride == 0]
    return EpochsInfo(
        train=_points(kept, "train_loss"),
        validation=_points(kept, "validation_loss"),
        accuracy=_points(kept, "validation_accuracy"),
    )


def epoch_traces() -> list[go.Scatter]:
    """The three curves, without data."""
    return [
        _trace(_("epoch mean"), "var(--st-chart-color-4)", "circle", yaxis="y"),
        _trace(_("validation loss"), "var(--st-chart-color-2)", "diamond", yaxis="y"),
        _trace(_("validation accuracy"), "var(--st-chart-color-3)", "diamond", yaxis="y2"),
    ]


def epoch_arrays(points: Sequence[EpochPoint], scale: float = 1) -> dict[str, Any]:
    """The `x`, `y` and epochs of a curve; `scale`: 100 shows accuracies in per cent."""
    return {
        "x": np.array([point.step for point in points], np.int32),
        "y": np.array([point.value * scale for point in points], np.float64),
        "customdata": np.array([point.epoch for point in points], np.int32),
    }


def epoch_hover(yaxis: str) -> str:
    """What a point of a curve says on hover; accuracies have the axis "y2"."""
    number = "%{y:.2f} %" if yaxis == "y2" else "%{y:.4f}"
    return _("{value} after epoch {epoch}", value=number, epoch="%{customdata}")


def _trace(name: str, color: str, symbol: str, *, yaxis: str) -> go.Scatter:
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
        hovertemplate=epoch_hover(yaxis),
    )


def _points(epochs: Sequence[EpochDone], name: str) -> tuple[EpochPoint, ...]:
    found = ((done, getattr(done, name)) for done in epochs)
    return tuple(
        EpochPoint(epoch=done.epoch, step=done.step, value=value)
        for done, value in found
        if value is not None and math.isfinite(value)
    )
