"""The marks on the chart of a training run, without data: checkpoints, edits, losses cut off.

They share a hidden axis from 0, the lower edge of the panel of losses, to 1, its upper edge.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboard.words.translation import _

__all__ = ["mark_traces"]

_AXIS = "y3"


def mark_traces(checkpoints: bool, edits: bool, cut: bool) -> list[go.Scatter]:
    """Six traces; the legend names those marks that there are.

    Args:
        checkpoints: the run has some.
        edits: the same.
        cut: some of its losses are off the scale.
    """
    return [*_checkpoints(checkpoints), *_edits(edits), *_cut(cut), *_corner_traces()]


def _checkpoints(shown: bool) -> list[go.Scatter]:
    return [
        go.Scatter(
            name=_("checkpoint"),
            mode="markers",
            yaxis=_AXIS,
            marker={"symbol": "triangle-up", "size": 8, "color": "var(--st-chart-muted)"},
            cliponaxis=False,
            showlegend=shown,
            hovertemplate="%{text}<extra></extra>",
        )
    ]


def _edits(shown: bool) -> list[go.Scatter]:
    red: dict[str, Any] = {"color": "var(--st-red-color)"}
    line = go.Scatter(
        name=_("edit"),
        mode="lines",
        yaxis=_AXIS,
        line=red | {"width": 1.25, "dash": "dot"},
        showlegend=shown,
        hoverinfo="skip",
    )
    point = go.Scatter(
        name=_("edit"),
        mode="markers",
        yaxis=_AXIS,
        marker=red | {"size": 5},
        cliponaxis=False,
        showlegend=False,
        hovertemplate="%{text}",
    )
    return [line, point]


def _cut(shown: bool) -> list[go.Scatter]:
    return [
        go.Scatter(
            name=_("off the scale"),
            mode="markers",
            yaxis=_AXIS,
            marker={"symbol": "arrow-up", "size": 9, "color": "var(--st-orange-color)"},
            cliponaxis=False,
            showlegend=shown,
            hovertemplate="%{text}",
        )
    ]


def _corner_traces() -> list[go.Scatter]:
    """Nothing to be seen: they give an empty panel its axes."""
    return [
        go.Scatter(
            mode="markers", yaxis=yaxis, marker={"opacity": 0}, showlegend=False, hoverinfo="skip"
        )
        for yaxis in ("y", "y2")
    ]
