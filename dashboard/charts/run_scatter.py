"""A point a run: any setting or figure against any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.run_axes import RunAxis
from dashboard.charts.theme import Palette, axis, layout
from dashboard.words.wording import as_label

__all__ = ["ScatterInfo", "scatter_figure", "scatter_info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScatterInfo:
    """What the chart shows: the axes, and the name of each run that has a place on both."""

    x: RunAxis
    y: RunAxis
    names: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    words: tuple[str, ...]  # of each point


def scatter_info(names: Sequence[str], x: RunAxis, y: RunAxis) -> ScatterInfo:
    """Gather what the chart shows; runs of which one of the two is not known are left out."""
    placed = [
        (name, (left, up), f"{x.label}: {x.texts[index]}<br>{y.label}: {y.texts[index]}")
        for index, (name, left, up) in enumerate(zip(names, x.values, y.values, strict=True))
        if left is not None and up is not None
    ]
    return ScatterInfo(
        x=x,
        y=y,
        names=tuple(name for name, _, _ in placed),
        points=tuple(point for _, point, _ in placed),
        words=tuple(words for _, _, words in placed),
    )


def scatter_figure(info: ScatterInfo, colours: Palette) -> go.Figure:
    """The chart."""
    figure = go.Figure(
        go.Scatter(
            x=[x for x, _ in info.points],
            y=[y for _, y in info.points],
            text=[as_label(name, 60) for name in info.names],
            customdata=info.words,
            mode="markers",
            marker={"size": 10, "color": colours.series[0], "opacity": 0.8},
            hovertemplate="<b>%{text}</b><br>%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(**layout(colours, height=420))
    figure.update_layout(
        xaxis=_axis(info.x, colours), yaxis=_axis(info.y, colours), hovermode="closest"
    )
    return figure


def _axis(one: RunAxis, colours: Palette) -> dict[str, Any]:
    shared = axis(colours)
    shared["title"] = {"text": as_label(one.label, 60)} | shared["title"]
    if one.names:
        return shared | {
            "tickvals": list(range(len(one.names))),
            "ticktext": [as_label(name) for name in one.names],
            "range": [-0.5, len(one.names) - 0.5],
        }
    return shared | ({"type": "log", "nticks": 8} if one.log else {"nticks": 8})
