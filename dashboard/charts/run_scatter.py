"""A point a run: any setting or figure against any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.run_axes import RunAxis
from dashboard.charts.table import Table
from dashboard.charts.theme import Palette, axis, layout
from dashboard.words.translation import _
from dashboard.words.wording import as_label

__all__ = ["ScatterInfo", "scatter_figure", "scatter_info", "scatter_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScatterInfo:
    """What the chart shows: the axes, and the name of each run that has a place on both."""

    x: RunAxis
    y: RunAxis
    names: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    texts: tuple[tuple[str, str], ...]  # of each point, as they are read


def scatter_info(names: Sequence[str], x: RunAxis, y: RunAxis) -> ScatterInfo:
    """Gather what the chart shows; runs of which one of the two is not known are left out."""
    placed = [
        (name, (left, up), (x.texts[index], y.texts[index]))
        for index, (name, left, up) in enumerate(zip(names, x.values, y.values, strict=True))
        if left is not None and up is not None
    ]
    return ScatterInfo(
        x=x,
        y=y,
        names=tuple(name for name, _point, _texts in placed),
        points=tuple(point for _name, point, _texts in placed),
        texts=tuple(texts for _name, _point, texts in placed),
    )


def scatter_figure(info: ScatterInfo, colours: Palette) -> go.Figure:
    """The chart."""
    figure = go.Figure(
        go.Scatter(
            x=[x for x, _ in info.points],
            y=[y for _, y in info.points],
            text=[as_label(name, 60) for name in info.names],
            customdata=[
                f"{as_label(info.x.label, 60)}: {as_label(x)}<br>{as_label(info.y.label, 60)}: "
                f"{as_label(y)}"
                for x, y in info.texts
            ],
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


def scatter_table(info: ScatterInfo) -> Table:
    """Each run with both of its values."""
    rows = zip(info.names, info.texts, strict=True)
    return Table(
        (_("Run"), info.x.label, info.y.label), tuple((name, *texts) for name, texts in rows)
    )


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
