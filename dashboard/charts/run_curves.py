"""Curves of several runs, one over the other: training loss, validation loss and accuracy.

A colour and a kind of line stand for a run, the same in all three parts.
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
from dashboard.charts.loss import moving_mean
from dashboard.charts.numbers import PERCENT_AXIS, count_at, figure_at, percent_at, short_at
from dashboard.charts.run_scale import AGAINST, Against, StepScale
from dashboard.charts.signs import line_sign, mark_sign
from dashboard.charts.theme import Palette, axis, layout
from dashboard.words.translation import _, translated
from dashboard.words.wording import as_label
from mlcore.events import EpochDone

__all__ = ["MOST_CURVES", "CurvesInfo", "RunCurves", "curves_figure", "curves_info", "run_curves"]

MOST_CURVES = 15
"""Runs that can be told apart on one chart: no two share colour and kind of line."""

_POINTS = 400  # of a curve
_WINDOW = 50  # steps of the moving mean, at most a tenth of the run
_DECADES = 1.5  # from here on losses have a logarithmic axis
_KINDS = 3  # of line and mark, beside five colours: the first runs differ in both
_LONGEST = 40  # characters of a name

Curve = tuple[tuple[float, ...], tuple[float, ...]]
"""x and y."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCurves:
    """The curves of one run; those of validation have a point an epoch."""

    name: str
    train_loss: Curve
    validation_loss: Curve
    accuracy: Curve  # per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesInfo:
    """What the chart shows.

    Attributes:
        against: the axis.
        runs: their curves.
        log: losses have a logarithmic axis.
        validated: some run has a validation.
        marked: where on the axis that begins and ends what is pointed at; None: nothing is.
    """

    against: Against
    runs: tuple[RunCurves, ...]
    log: bool
    validated: bool
    marked: tuple[float, float] | None = None


def run_curves(
    name: str,
    losses: NDArray[np.floating[Any]],
    epochs: Sequence[EpochDone],
    scale: StepScale,
) -> RunCurves:
    """Gather the curves of a run.

    Args:
        name: its name on the page.
        losses: (N,) loss of every step; NaN where it is unknown.
        epochs: those that are over, in order.
        scale: of the axis.
    """
    finite = np.where(np.isfinite(losses), losses, np.nan).astype(np.float64)
    window = max(1, min(_WINDOW, len(finite) // 10))
    smooth = moving_mean(finite, window) if window > 1 else finite
    kept = extremes(smooth, _POINTS)
    places = scale.at(kept + 1)
    return RunCurves(
        name=name,
        train_loss=_curve(places, smooth[kept]),
        validation_loss=_of_epochs(epochs, scale, [done.validation_loss for done in epochs]),
        accuracy=_of_epochs(
            epochs,
            scale,
            [None if a is None else 100 * a for a in (done.validation_accuracy for done in epochs)],
        ),
    )


def curves_info(
    runs: Sequence[RunCurves], against: Against, marked: tuple[float, float] | None = None
) -> CurvesInfo:
    """What the chart of these runs shows, and what is marked on it."""
    losses = [
        value
        for run in runs
        for value in (*run.train_loss[1], *run.validation_loss[1])
        if value > 0
    ]
    decades = math.log10(max(losses) / min(losses)) if losses else 0.0
    return CurvesInfo(
        against=against,
        runs=tuple(runs),
        log=decades > _DECADES,
        validated=any(run.accuracy[0] for run in runs),
        marked=marked,
    )


def curves_figure(info: CurvesInfo, colours: Palette) -> go.Figure:
    """The chart: three parts over one axis, or one where nothing was validated."""
    figure = go.Figure()
    for index, run in enumerate(info.runs):
        for number, (x, y) in enumerate((run.train_loss, run.validation_loss, run.accuracy)):
            if number and not info.validated:
                continue
            figure.add_trace(_trace(info, index, number, x, y, colours))
    figure.update_layout(**layout(colours, height=700 if info.validated else 360))
    figure.update_layout(**_axes(info, colours), hovermode="closest")
    if info.marked is not None:
        figure.add_shape(_band(*info.marked, colours))
    return figure


def _band(begin: float, end: float, colours: Palette) -> dict[str, Any]:
    """What is pointed at, over all parts; a line where it is one step."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": begin,
        "x1": end,
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "opacity": 0.25,
        "fillcolor": colours.series[2],
        "line": {"width": 2, "color": colours.series[2]},
    }


def _trace(
    info: CurvesInfo,
    index: int,
    part: int,
    x: Sequence[float],
    y: Sequence[float],
    colours: Palette,
) -> go.Scatter:
    name = as_label(info.runs[index].name, _LONGEST)
    color = colours.series[index % len(colours.series)]
    kind = index % _KINDS
    across = count_at("x") if info.against in ("step", "images") else short_at("x")
    value = percent_at("y") if part == 2 else figure_at("y", huge=info.log)
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        legendgroup=str(index),
        showlegend=part == 0,
        mode="lines" if part == 0 or len(x) > 40 else "lines+markers",
        xaxis="x",
        yaxis="y" if part == 0 else f"y{part + 1}",
        line={"color": color, "width": 1.75, "dash": line_sign(kind)},
        marker={"color": color, "size": 6, "symbol": mark_sign(kind)},
        hovertemplate=f"<b>{name}</b><br>{value}<br>"
        + f"{translated(AGAINST[info.against])} {across}<extra></extra>",
    )


def _axes(info: CurvesInfo, colours: Palette) -> dict[str, Any]:
    shared = axis(colours)
    loss = {"type": "log", "nticks": 6} if info.log else {"rangemode": "tozero"}
    domains = ((0.71, 1.0), (0.36, 0.65), (0.0, 0.29)) if info.validated else ((0.0, 1.0),)
    titles = (_("training loss"), _("validation loss"), _("validation accuracy"))
    axes: dict[str, Any] = {
        "xaxis": shared
        | {
            "title": {"text": translated(AGAINST[info.against])} | shared["title"],
            "anchor": f"y{len(domains)}" if len(domains) > 1 else "y",
            "tickformat": "~s" if info.against == "images" else ",~f",
        }
    }
    for number, (domain, title) in enumerate(zip(domains, titles, strict=False)):
        kind = dict(PERCENT_AXIS) if number == 2 else loss
        name = "yaxis" if number == 0 else f"yaxis{number + 1}"
        axes[name] = shared | kind | {"domain": domain, "title": {"text": title} | shared["title"]}
    return axes


def _of_epochs(
    epochs: Sequence[EpochDone], scale: StepScale, values: Sequence[float | None]
) -> Curve:
    places = scale.at(np.array([done.step for done in epochs], np.float64))
    known = np.array([np.nan if value is None else value for value in values], np.float64)
    kept = extremes(known, _POINTS)
    return _curve(places[kept], known[kept])


def _curve(x: NDArray[np.float64], y: NDArray[np.float64]) -> Curve:
    """The points that are numbers, with as many digits as a screen shows."""
    finite = np.isfinite(x) & np.isfinite(y)
    return (
        tuple(float(f"{value:.6g}") for value in x[finite]),
        tuple(float(f"{value:.6g}") for value in y[finite]),
    )
