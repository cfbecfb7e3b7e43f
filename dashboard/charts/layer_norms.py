"""Norms of each layer's weights and gradients as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.numbers import figure_at
from dashboard.charts.theme import Palette, axis, layout
from dashboard.words.translation import _
from dashboard.words.wording import figure

__all__ = ["NormsInfo", "norms_figure", "norms_words"]

_HEIGHT = 260  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class NormsInfo:
    """What the bars show."""

    names: tuple[str, ...]  # of the layers
    weights: Sequence[float]
    gradients: Sequence[float]


def norms_figure(info: NormsInfo, colours: Palette) -> go.Figure:
    """Two panels side by side, each with its own axis."""
    drawn = go.Figure(
        [
            go.Bar(x=info.names, y=list(info.weights), marker_color=colours.series[0]),
            go.Bar(
                x=info.names,
                y=list(info.gradients),
                marker_color=colours.series[1],
                xaxis="x2",
                yaxis="y2",
            ),
        ]
    )
    drawn.update_traces(hovertemplate=f"%{{x}}: {figure_at('y')}<extra></extra>", width=0.6)
    plain = axis(colours) | {"fixedrange": True}
    title = plain["title"]
    drawn.update_layout(
        **(
            layout(colours, height=_HEIGHT)
            | {
                "xaxis": plain | {"domain": [0, 0.46], "title": title | {"text": _("weights")}},
                "xaxis2": plain
                | {"domain": [0.56, 1], "title": title | {"text": _("gradient")}, "anchor": "y2"},
                "yaxis": plain | {"rangemode": "tozero", "nticks": 5},
                "yaxis2": plain | {"rangemode": "tozero", "nticks": 5, "anchor": "x2"},
            }
        ),
        showlegend=False,
        dragmode=False,
    )
    return drawn


def norms_words(info: NormsInfo) -> str:
    """Which layer has the largest weights, and which the largest gradient."""
    values: dict[str, str] = {}
    for name, norms in (("weights", info.weights), ("gradient", info.gradients)):
        place = max(range(len(norms)), key=lambda index: norms[index])
        values |= {name: figure(norms[place]), f"{name}_layer": info.names[place]}
    return _(
        "The largest weights are those of {weights_layer} ({weights}), the largest gradient that "
        "of {gradient_layer} ({gradient}).",
        **values,
    )
