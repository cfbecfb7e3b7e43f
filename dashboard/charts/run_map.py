"""A map of two settings: a cell for each pair of values, coloured by what its runs came to.

Its colours are those of `charts.objective_shade`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.ink import colour_at
from dashboard.charts.matrix_frame import written
from dashboard.charts.objective_shade import LIGHTEST, shade
from dashboard.charts.run_map_cells import MapInfo
from dashboard.charts.theme import Palette, axis, layout
from dashboard.charts.trial_kinds import KIND_SIGNS, Kind
from dashboard.words.wording import as_label, figure
from mlcore.words import NO_FIGURE

__all__ = ["map_figure"]

_ROW, _LEAST, _AROUND = 44, 220, 90  # pixels: a row, the chart at least, what is around the cells
_MOST_WRITTEN = 12  # columns; with more they are too narrow to write in


def map_figure(info: MapInfo, colours: Palette) -> go.Figure:
    """The chart; each cell can be clicked, its point carries the ids of its runs."""
    shares = _shares(info)
    z: list[list[float | None]] = [[None] * len(info.columns) for _row in info.rows]
    for cell, share in zip(info.cells, shares, strict=True):
        z[cell.row][cell.column] = share
    heat = go.Heatmap(
        z=z,
        xgap=2,
        ygap=2,
        zmin=0,
        zmax=1,
        showscale=False,
        hoverinfo="skip",
        colorscale=[list(stop) for stop in colours.right_scale],
    )
    drawn = go.Figure([heat, *_writing(info, shares, colours), _targets(info)])
    drawn.update_layout(
        **layout(colours, height=max(_LEAST, _AROUND + _ROW * len(info.rows))),
        hovermode="closest",
        hoverdistance=-1,
        dragmode=False,
        showlegend=False,
    )
    drawn.update_xaxes(
        **_ticks(info.across, info.columns, info.column_edges, colours),
        autotickangles=[0, 90],  # aslant, the last ones would be cut off on a phone
        ticklabeloverflow="allow",
    )
    if info.column_edges:  # the last one stands at the end of the axis
        drawn.update_layout(margin_r=24)
    drawn.update_yaxes(**_ticks(info.up, info.rows, info.row_edges, colours))
    if best := info.best:
        drawn.add_shape(
            type="rect",
            x0=best.column - 0.5,
            x1=best.column + 0.5,
            y0=best.row - 0.5,
            y1=best.row + 0.5,
            line={"color": colours.text, "width": 2},
        )
    return drawn


def _shares(info: MapInfo) -> list[float | None]:
    """Where each cell stands between the worst and the best, on the colour scale."""
    drawn = [
        None if cell.value is None else shade(cell.value, share=info.share) for cell in info.cells
    ]
    known = [value for value in drawn if value is not None]
    low, span = min(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
    return [
        None
        if value is None
        else LIGHTEST + (1 - LIGHTEST) * ((value - low) / span if span else 1.0)
        for value in drawn
    ]


def _writing(info: MapInfo, shares: Sequence[float | None], colours: Palette) -> list[go.Scatter]:
    """The figures in the cells where these are wide enough, and the signs of those without."""
    wide = len(info.columns) <= _MOST_WRITTEN
    return written(
        [
            (
                cell.row,
                cell.column,
                _short(cell.value, cell.kind, share=info.share),
                colours.background if at is None else colour_at(colours.right_scale, at),
            )
            for cell, at in zip(info.cells, shares, strict=True)
            if wide or cell.kind
        ],
        colours,
    )


def _short(value: float | None, kind: Kind | None, *, share: bool) -> str:
    if value is None:
        return KIND_SIGNS[kind] if kind else NO_FIGURE
    return figure(value * 100, 1) if share else figure(value, 3)


def _targets(info: MapInfo) -> go.Scatter:
    """Invisible points over the cells: heatmaps cannot be clicked."""
    return go.Scatter(
        x=[cell.column for cell in info.cells],
        y=[cell.row for cell in info.cells],
        mode="markers",
        marker={"opacity": 0, "size": 32, "symbol": "square"},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[list(cell.runs[:1]) for cell in info.cells],
        hovertext=[
            f"<b>{as_label(cell.text)}</b> ({as_label(cell.note, 60)})"
            f"<br>{as_label(info.across, 40)}: {as_label(info.columns[cell.column], 40)}"
            f"<br>{as_label(info.up, 40)}: {as_label(info.rows[cell.row], 40)}"
            for cell in info.cells
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _ticks(
    label: str, names: Sequence[str], edges: Sequence[str], colours: Palette
) -> dict[str, Any]:
    """An axis with the names of its cells; of ranges the numbers between, which are shorter."""
    shared = axis(colours)
    return shared | {
        "title": {"text": as_label(label, 60)} | shared["title"],
        "tickvals": [place - 0.5 for place in range(len(edges))] or list(range(len(names))),
        "ticktext": [as_label(name) for name in edges or names],
        "range": [-0.5, len(names) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
    }
