"""Parallel coordinates: each run is a line over its settings to what it came to.

Plotly's own kind needs WebGL and cannot be read by anyone who does not see it; lines are enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from dashboard.charts.run_axes import RunAxis
from dashboard.charts.table import Table
from dashboard.charts.theme import SMALL, Palette, layout
from dashboard.words.translation import _
from dashboard.words.wording import as_label, short
from mlcore.words import display_width

__all__ = ["MOST_LINES", "ParallelInfo", "parallel_figure", "parallel_info", "parallel_table"]

MOST_LINES = 150
_TICKS = 12  # names that have room on an axis
_SLANT, _COLUMN, _LONGEST = 50, 6.4, 26  # of titles: degrees, pixels a column, characters
_VALUES = 88  # characters that all axes together have for a value each
_LIGHTEST = 0.4  # of the colour scale: what is lighter cannot be told from the page


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelInfo:
    """What the chart shows.

    Attributes:
        axes: the columns; the last one gives the lines their colours.
        names: of the runs.
        lines: of each run, how high it stands on each axis, 0 to 1; None: not known.
    """

    axes: tuple[RunAxis, ...]
    names: tuple[str, ...]
    lines: tuple[tuple[float | None, ...], ...]


def parallel_info(names: Sequence[str], axes: Sequence[RunAxis]) -> ParallelInfo:
    """Gather what the chart shows.

    Args:
        names: of the runs.
        axes: the columns, all of these runs.
    """
    lines = [tuple(one.share(index) for one in axes) for index in range(len(names))]
    return ParallelInfo(axes=tuple(axes), names=tuple(names), lines=tuple(lines))


def parallel_figure(info: ParallelInfo, colours: Palette) -> go.Figure:
    """The chart: an upright axis a column, a line a run, the best in the strongest colour."""
    drawn = go.Figure()
    places = list(range(len(info.axes)))
    for place in places:
        drawn.add_shape(
            type="line", x0=place, x1=place, y0=0, y1=1, line={"color": colours.muted, "width": 1}
        )
    order = sorted(range(len(info.names)), key=lambda index: info.lines[index][-1] or 0.0)
    for index in order:  # the best over the others
        height = info.lines[index][-1]
        share = _LIGHTEST + (1 - _LIGHTEST) * (height or 0.0)
        (color,) = sample_colorscale([list(stop) for stop in colours.right_scale], [share])
        drawn.add_trace(
            go.Scatter(
                x=places,
                y=info.lines[index],
                mode="lines+markers",
                name=as_label(info.names[index], 60),
                line={"color": colours.muted if height is None else color, "width": 2},
                marker={"size": 6},
                customdata=[
                    f"{as_label(one.label, 40)}: {as_label(one.texts[index], 40)}"
                    for one in info.axes
                ],
                hovertemplate=f"<b>{as_label(info.names[index], 60)}</b><br>%{{customdata}}"
                "<extra></extra>",
            )
        )
    drawn.update_layout(**layout(colours, height=420))
    drawn.update_layout(
        showlegend=False,
        hovermode="closest",
        margin={"l": 16, "r": 84, "t": _room(info), "b": 16},
        xaxis={"visible": False, "range": [-0.15, len(places) - 0.85], "fixedrange": True},
        yaxis={"visible": False, "range": [-0.06, 1.06], "fixedrange": True},
        annotations=[note for place in places for note in _notes(info, place, colours)],
    )
    return drawn


def parallel_table(info: ParallelInfo) -> Table:
    """Each run with its value on each axis."""
    return Table(
        (_("Run"), *(one.label for one in info.axes)),
        tuple(
            (name, *(one.texts[index] for one in info.axes))
            for index, name in enumerate(info.names)
        ),
    )


def _room(info: ParallelInfo) -> float:
    """Pixels above the axes for the longest of the titles, which rise aslant."""
    longest = max(display_width(_title(one)) for one in info.axes)
    return 20 + _COLUMN * longest * math.sin(math.radians(_SLANT))


def _title(one: RunAxis) -> str:
    return one.label if len(one.label) <= _LONGEST else f"{one.label[: _LONGEST - 1]}…"


def _notes(info: ParallelInfo, place: int, colours: Palette) -> list[dict[str, object]]:
    """The title of an axis above it, and its values beside it.

    Titles rise aslant, so that they stand clear of each other also where a phone leaves 40 pixels
    between two axes; values are cut the shorter the more axes there are.
    """
    one = info.axes[place]
    shared = {"x": place, "xref": "x", "yref": "y", "showarrow": False}
    title = shared | {
        "y": 1.05,
        "xanchor": "left",
        "yanchor": "bottom",
        "xshift": -8,
        "text": f"<b>{as_label(_title(one), _LONGEST)}</b>",
        "font": {"size": SMALL, "color": colours.text},
        "textangle": -_SLANT,
    }
    return [
        title,
        *(
            shared
            | {
                "y": height,
                "xanchor": "left",
                "xshift": 6,
                "text": as_label(text, min(18, _VALUES // len(info.axes))),
                "font": {"size": SMALL, "color": colours.text},
                "bgcolor": colours.background,
                "opacity": 0.9,
            }
            for height, text in _ticks(one)
        ),
    ]


def _ticks(one: RunAxis) -> list[tuple[float, str]]:
    """Heights and texts beside an axis: its names, or its ends and its middle."""
    if one.names:
        step = -(-len(one.names) // _TICKS)
        last = len(one.names) - 1
        return [
            (index / last if last else 0.5, name)
            for index, name in enumerate(one.names)
            if index % step == 0
        ]
    low, high = one.span
    if low == high:
        return [(0.5, _written(one, low))]
    return [(share, _written(one, low + share * (high - low))) for share in (0.0, 0.5, 1.0)]


def _written(one: RunAxis, drawn: float) -> str:
    value = 10**drawn if one.log else drawn
    return short(value, 3)
