"""The objective of a sweep over two of its settings, with the trials that it is drawn from."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.ink import colour_at
from dashboard.charts.objective_shade import LIGHTEST, shade, shaded
from dashboard.charts.sweep_marks import star, trial_marks, trial_rows
from dashboard.charts.sweep_surface import ContourInfo
from dashboard.charts.table import Table
from dashboard.charts.theme import SMALL, Palette, layout
from dashboard.words.sweeps import objective_label, param_text, value_text
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import percent, sentences, short

__all__ = ["contour_figure", "contour_table", "contour_words"]

_LEVELS = 12
_TICKS = 4  # values beside the colours
_ALIKE = 1e-3  # in shades: what lies closer together has one colour


def contour_figure(info: ContourInfo, colours: Palette) -> go.Figure:
    """The chart: the surface in shades, a mark a trial, the best as a star."""
    x, y = info.across.place, info.up.place
    marks = [
        _surface(info, colours),
        *(_readable(one, colours) for one in trial_marks(info.trials, colours, x, y)),
        star(info.trials, colours, x, y),
    ]
    fixed = {"fixedrange": True, "showgrid": False}
    shown = {
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "xaxis": info.across.layout(colours) | fixed,
        "yaxis": info.up.layout(colours) | fixed,
    }
    return go.Figure(marks, layout(colours, height=440) | shown)


def contour_table(info: ContourInfo) -> Table:
    """Each trial with both values."""
    return Table(
        (
            _("Trial"),
            info.across.label,
            info.up.label,
            _("State"),
            objective_label(info.trials.objective),
        ),
        trial_rows(info.trials.all, (info.across.name, info.up.name), info.trials.objective),
    )


def contour_words(info: ContourInfo) -> str:
    """Where the best trial stands, and what lies between the others."""
    best, parts = info.trials.best, []
    if best is not None:
        parts.append(
            _(
                "Best: {value} with {across} {x} and {up} {y}.",
                value=value_text(info.trials.objective, best.value),
                across=info.across.label,
                up=info.up.label,
                x=param_text(best.params, info.across.name),
                y=param_text(best.params, info.up.name),
            )
        )
    parts.append(
        ngettext(
            "Between {n:,} whole trial it is interpolated, beyond them nothing is known.",
            "Between {n:,} whole trials it is interpolated, beyond them nothing is known.",
            len(info.trials.whole),
        )
    )
    return sentences(*parts)


def _readable(marks: go.Scatter, colours: Palette) -> go.Scatter:
    """Marks in the colours of the text, which is read on any shade."""
    own = {"symbol": marks.marker.symbol, "size": 8, "opacity": 1}
    filled = marks.marker.symbol == "circle"
    fill = colours.background if filled else colours.text
    line = {"width": 1.5, "color": colours.text}
    return marks.update(
        marker=own | {"color": fill, "line": line},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )


def _surface(info: ContourInfo, colours: Palette) -> go.Contour:
    share = info.trials.objective == "accuracy"
    shades = [
        [None if math.isnan(one) else shade(one, share=share) for one in row]
        for row in info.values.tolist()
    ]
    known = [one for row in shades for one in row if one is not None]
    low, high = min(known), max(max(known), min(known) + _ALIKE)
    stops = (0.0, *(place for place, _colour in colours.right_scale if 0 < place < 1), 1.0)
    return go.Contour(
        x=info.x,
        y=info.y,
        z=[[None if one is None else round(one, 4) for one in row] for row in shades],
        zmin=low,
        zmax=high,
        contours={"start": low, "end": high, "size": (high - low) / _LEVELS, "coloring": "fill"},
        line={"width": 0.5, "color": colours.background},
        colorscale=[
            [stop, colour_at(colours.right_scale, LIGHTEST + (1 - LIGHTEST) * stop)]
            for stop in stops
        ],
        colorbar=_colours_of(low, high, colours, share=share),
        hoverinfo="skip",
    )


def _colours_of(low: float, high: float, colours: Palette, *, share: bool) -> dict[str, Any]:
    """The bar that tells what a shade is."""
    places = [low + (high - low) * step / _TICKS for step in range(_TICKS + 1)]
    values = [shaded(place, share=share) for place in places]
    return {
        "thickness": 10,
        "len": 0.9,
        "outlinewidth": 0,
        "tickvals": places,
        "ticktext": [percent(one, 1) if share else short(one, 3) for one in values],
        "tickfont": {"color": colours.muted, "size": SMALL},
    }
