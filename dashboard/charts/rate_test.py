"""A test of learning rates: the loss of each step over the rate, and what is suggested."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.live_look import (
    live_axis,
    live_layout,
    live_modebar,
    live_steps,
    live_title,
)
from dashboard.charts.numbers import figure_at, short_at
from dashboard.charts.table import Table, thinned
from dashboard.charts.theme import POWERS
from dashboard.words.translation import _, language
from dashboard.words.wording import figure, sentences, short
from mlcore.lr_finder import HIGHEST, LOWEST, RangeTest, Suggestion, smoothed
from mlcore.words import as_text

__all__ = ["RateInfo", "rate_arrays", "rate_frame", "rate_info", "rate_table", "rate_words"]

_ROWS = 25  # of the table
_ROOM = 0.6  # of the way from the start to the lowest, that is drawn above the start
_BELOW = 0.1  # of the same way, below the lowest
_LEAST = 0.1  # of the loss at the start, that the axis spans below it
_FIRST = 20  # steps whose loss is that of the start

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateInfo:
    """What the chart shows.

    Attributes:
        lrs: learning rate of each step.
        losses: its loss; NaN where it is no number.
        means: the smoothed losses; NaN there too.
        suggested: the rate that is suggested, if one is.
        lowest: place of the lowest smoothed loss, where it is known.
        bounds: of the axis of losses; what is above is off the scale.
    """

    lrs: Values
    losses: Values
    means: Values
    suggested: float | None
    lowest: int | None
    bounds: tuple[float, float]


def rate_info(test: RangeTest, suggestion: Suggestion | None) -> RateInfo:
    """Gather what the chart shows.

    Args:
        test: up to now.
        suggestion: once it has ended.
    """
    losses = np.array([np.nan if loss is None else loss for loss in test.losses], np.float64)
    means = np.full(len(losses), np.nan)
    found = smoothed(test.losses)
    means[: len(found)] = found
    return RateInfo(
        lrs=np.array(test.lrs, np.float64),
        losses=losses,
        means=means,
        suggested=None if suggestion is None else suggestion.lr,
        lowest=None if suggestion is None else suggestion.lowest,
        bounds=_bounds(found, losses),
    )


def _bounds(means: Values, losses: Values) -> tuple[float, float]:
    """From below the lowest to well above the start: beyond, a loss that grows says no more."""
    if not len(means):
        return 0.0, 1.0
    start = float(means[:_FIRST].mean())
    span = max(start - float(means.min()), _LEAST * start)
    low = min(start - span, float(np.nanmin(losses))) - _BELOW * span
    return max(0.0, low), start + _ROOM * span


def rate_frame(info: RateInfo, *, name: str) -> dict[str, Any]:
    """Traces and layout, as JSON, to which `rate_arrays` gives the data.

    Args:
        info: what the chart shows.
        name: the zoom of the chart is kept under it.
    """
    suggested = "" if info.suggested is None else as_text(info.suggested)
    built = _frame(suggested, info.lowest is not None, language())
    yaxis = built["layout"]["yaxis"] | {"range": list(info.bounds)}
    return {"data": built["data"], "layout": built["layout"] | {"uirevision": name, "yaxis": yaxis}}


def rate_arrays(info: RateInfo) -> list[dict[str, Any]]:
    """For each trace of the frame its `x` and `y`."""
    place = [] if info.lowest is None else [info.lowest]
    rates = np.array([] if info.suggested is None else [info.suggested] * 2, np.float64)
    return [
        {"x": info.lrs, "y": info.losses.astype(np.float32)},
        {"x": info.lrs, "y": info.means.astype(np.float32)},
        {"x": info.lrs[place], "y": info.means[place].astype(np.float32)},
        {"x": rates, "y": np.array([0, 1][: len(rates)], np.float32)},
    ]


def rate_words(info: RateInfo) -> str:
    """What the chart shows, for those who cannot see it."""
    if not len(info.lrs):
        return _("Chart of the loss over the learning rate; no step is done yet.")
    parts = [
        _(
            "Chart of the loss over the learning rate: {n} steps, up to a rate of {rate}.",
            n=len(info.lrs),
            rate=short(float(info.lrs[-1]), 2),
        )
    ]
    if info.lowest is not None:
        parts.append(
            _(
                "The smoothed loss is lowest at {rate}, with {loss}.",
                rate=short(float(info.lrs[info.lowest]), 2),
                loss=figure(float(info.means[info.lowest])),
            )
        )
    if info.suggested is not None:
        parts.append(_("Suggested is {rate}.", rate=as_text(info.suggested)))
    return sentences(*parts)


def rate_table(info: RateInfo) -> Table:
    """Some of the steps, and that of the lowest loss."""
    places = set(thinned(len(info.lrs), _ROWS)) | ({info.lowest} - {None})
    rows = tuple(
        (
            short(float(info.lrs[place]), 2),
            figure(_number(info.losses[place])),
            figure(_number(info.means[place])),
        )
        for place in sorted(place for place in places if place is not None)
    )
    return Table((_("Learning rate"), _("Loss"), _("Smoothed loss")), rows, rate_words(info))


def _number(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None


@functools.lru_cache(maxsize=32)
def _frame(
    suggested: str,
    lowest: bool,
    language: str,  # noqa: ARG001  part of the cache key
) -> dict[str, Any]:
    """Cached, as plotly checks every name and colour in it."""
    built = go.Figure([*_curves(), *_marks(suggested, lowest)])
    built.update_layout(
        margin={"l": 64, "r": 14, "t": 34, "b": 44},
        **live_layout(),
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemwidth": 40},
        showlegend=True,
        modebar=live_modebar(),
        **_axes(),
    )
    found: dict[str, Any] = built.to_plotly_json()
    found["layout"].pop("template", None)
    return found


def _curves() -> list[go.Scatter]:
    colour = "var(--st-chart-color-1)"
    each, mean = _("each step"), _("smoothed")
    return [
        go.Scatter(
            name=each,
            mode="markers",
            marker={"color": colour, "size": 4, "opacity": 0.4},
            hovertemplate=f"{each} {figure_at('y')}<extra></extra>",
        ),
        go.Scatter(
            name=mean,
            mode="lines",
            line={"color": colour, "width": 2.5},
            hovertemplate=f"{mean} {figure_at('y')}<extra></extra>",
        ),
    ]


def _marks(suggested: str, lowest: bool) -> list[go.Scatter]:
    colour = "var(--st-chart-color-2)"
    return [
        go.Scatter(
            name=_("lowest"),
            mode="markers",
            marker={"color": colour, "size": 10, "symbol": "diamond-open", "line": {"width": 2}},
            showlegend=lowest,
            hoverinfo="skip",
        ),
        go.Scatter(
            name=_("suggested: {rate}", rate=suggested),
            mode="lines",
            line={"color": colour, "width": 2, "dash": "dash"},
            yaxis="y2",
            showlegend=bool(suggested),
            hoverinfo="skip",
        ),
    ]


def _axes() -> dict[str, dict[str, Any]]:
    shared = live_axis()
    ends = [math.log10(LOWEST), math.log10(HIGHEST)]
    return {
        "xaxis": shared
        | live_steps()
        | {
            "type": "log",
            "range": ends,
            "dtick": 1,
            "exponentformat": "power",
            "minexponent": 2,
            "tickfont": shared["tickfont"] | {"size": POWERS},
            "title": live_title(_("learning rate")) | {"standoff": 8},
            "unifiedhovertitle": {"text": _("learning rate {rate}", rate=short_at("x", 2))},
        },
        "yaxis": shared | {"title": live_title(_("loss")) | {"standoff": 12}},
        "yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    }
