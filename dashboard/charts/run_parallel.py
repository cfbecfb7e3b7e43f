"""Parallel coordinates: each run is a line over its settings to what it came to.

Plotly's own kind needs WebGL and cannot be read by anyone who does not see it; lines are enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from dashboard.charts.run_axes import RunAxis
from dashboard.charts.table import Table
from dashboard.charts.theme import SMALL, Palette, layout
from dashboard.charts.trial_kinds import SYMBOLS, Kind, TrialsOfRuns, kind_ink
from dashboard.words.translation import _
from dashboard.words.wording import as_label, short
from mlcore.words import display_width

__all__ = ["MOST_LINES", "ParallelInfo", "parallel_figure", "parallel_info", "parallel_table"]

MOST_LINES = 150
_TICKS = 12  # names that have room on an axis
_SLANT, _COLUMN, _LONGEST = 50, 6.4, 26  # of titles: degrees, pixels a column, characters
_VALUES = 88  # characters that all axes together have for a value each
_LIGHTEST = 0.4  # of the colour scale: what is lighter cannot be told from the page
_DASHES: Mapping[Kind, str] = {"whole": "solid", "partial": "dot", "open": "dash"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelInfo:
    """What the chart shows.

    Attributes:
        axes: the columns; the last one gives the lines their colours.
        names: of the runs.
        lines: of each run, how high it stands on each axis, 0 to 1; None: not known.
        kinds: of each run where they are the trials of a sweep; None: of no kind.
        states: of each of these, as they are read.
        lowest: the best line is the lowest on the last axis, as for a loss.
    """

    axes: tuple[RunAxis, ...]
    names: tuple[str, ...]
    lines: tuple[tuple[float | None, ...], ...]
    kinds: tuple[Kind | None, ...] = ()
    states: tuple[str, ...] = ()
    lowest: bool = False

    def strength(self, index: int) -> float | None:
        """How good a run is among these, 0 to 1; None: not known."""
        height = self.lines[index][-1]
        return 1 - height if self.lowest and height is not None else height


def parallel_info(
    names: Sequence[str],
    axes: Sequence[RunAxis],
    *,
    ids: Sequence[str] = (),
    trials: TrialsOfRuns | None = None,
    lowest: bool = False,
) -> ParallelInfo:
    """Gather what the chart shows.

    Args:
        names: of the runs.
        axes: the columns, all of these runs.
        ids: of the runs.
        trials: what is known of them where they are the trials of a sweep; it needs their ids.
        lowest: the best line is the lowest on the last axis, as for a loss.
    """
    lines = [tuple(one.share(index) for one in axes) for index in range(len(names))]
    return ParallelInfo(
        axes=tuple(axes),
        names=tuple(names),
        lines=tuple(lines),
        kinds=tuple(trials.kinds.get(run) for run in ids) if trials else (),
        states=tuple(trials.states[run] for run in ids) if trials else (),
        lowest=lowest,
    )


def parallel_figure(info: ParallelInfo, colours: Palette) -> go.Figure:
    """The chart: an upright axis a column, a line a run, the best in the strongest colour."""
    drawn = go.Figure()
    places = list(range(len(info.axes)))
    for place in places:
        drawn.add_shape(
            type="line", x0=place, x1=place, y0=0, y1=1, line={"color": colours.muted, "width": 1}
        )
    for index in _order(info):
        state = f" ({as_label(info.states[index])})" if info.states else ""
        drawn.add_trace(
            go.Scatter(
                x=places,
                y=info.lines[index],
                mode="lines+markers",
                name=as_label(info.names[index], 60),
                **_look(info, index, colours),
                customdata=[
                    f"{as_label(one.label, 40)}: {as_label(one.texts[index], 40)}"
                    for one in info.axes
                ],
                hovertemplate=f"<b>{as_label(info.names[index], 60)}</b>{state}<br>%{{customdata}}"
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
    """Each run with its value on each axis; a trial also with its state."""
    return Table(
        (_("Run"), *((_("State"),) if info.states else ()), *(one.label for one in info.axes)),
        tuple(
            (name, *info.states[index : index + 1], *(one.texts[index] for one in info.axes))
            for index, name in enumerate(info.names)
        ),
    )


def _order(info: ParallelInfo) -> list[int]:
    """The runs as they are drawn: the best over the others, whole trials over those given up."""

    def over(index: int) -> tuple[bool, float]:
        below = bool(info.kinds) and info.kinds[index] != "whole"
        return not below, info.strength(index) or 0.0

    return sorted(range(len(info.names)), key=over)


def _look(info: ParallelInfo, index: int, colours: Palette) -> dict[str, Any]:
    """A line in the colour of what its run came to, or of its kind where the trial did not end."""
    kind: Kind | None = info.kinds[index] if info.kinds else "whole"
    strength = info.strength(index)
    if kind in ("partial", "open"):
        ink = kind_ink(kind, colours)
        mark: dict[str, Any] = {
            "size": 7,
            "symbol": SYMBOLS[kind],
            "line": {"width": 1.5, "color": ink},
        }
        return {
            "line": {"color": ink, "width": 1, "dash": _DASHES[kind]},
            "marker": mark,
            "opacity": 0.7,
        }
    if kind is None or strength is None:
        return {"line": {"color": colours.muted, "width": 2}, "marker": {"size": 6}}
    share = _LIGHTEST + (1 - _LIGHTEST) * strength
    (ink,) = sample_colorscale([list(stop) for stop in colours.right_scale], [share])
    return {"line": {"color": ink, "width": 2}, "marker": {"size": 6}}


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
