"""The traces and the axes of the chart of seeds, to which `seed_band` gives the data."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Literal

import plotly.graph_objects as go

from dashboard.charts.live_look import live_axis, live_layout, live_modebar, live_title
from dashboard.charts.numbers import COUNT_AXIS, PERCENT_AXIS
from dashboard.charts.signs import line_sign, mark_sign
from dashboard.words.translation import N_, _, translated
from mlcore.runs.library.mean_curves import EpochFigure

__all__ = ["FIGURES", "BandKind", "band_chart"]

BandKind = Literal["band", "curves"]

FIGURES: Mapping[EpochFigure, str] = {
    "validation_accuracy": N_("Validation accuracy"),
    "validation_loss": N_("Validation loss"),
    "train_loss": N_("Training loss"),
}
"""What can be drawn, and its name."""


@functools.lru_cache(maxsize=16)
def band_chart(
    name: EpochFigure,
    kind: BandKind,
    groups: tuple[tuple[str, int], ...],
    language: str,  # noqa: ARG001  part of the cache key
) -> dict[str, Any]:
    """Traces and layout of the groups, each with its label and its number of runs.

    Cached, as plotly checks every name and colour in it.
    """
    built = go.Figure()
    for index, (label, runs) in enumerate(groups):
        for trace in _traces(index, label, kind, runs):
            built.add_trace(trace)
    axis = live_axis()
    built.update_layout(
        margin={"l": 72, "r": 14, "t": 30, "b": 44},
        **live_layout(),
        modebar=live_modebar(),
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        showlegend=True,
        xaxis={
            **axis,
            "title": live_title(_("Epoch")),
            **COUNT_AXIS,
            "hoverformat": COUNT_AXIS["tickformat"],
        },
        yaxis={
            **axis,
            "title": live_title(translated(FIGURES[name])),
            **(PERCENT_AXIS if name == "validation_accuracy" else {}),
        },
    )
    found: dict[str, Any] = built.to_plotly_json()
    found["layout"].pop("template", None)
    return found


def _traces(index: int, label: str, kind: BandKind, runs: int) -> list[go.Scatter]:
    color, dash = f"var(--st-chart-color-{index + 1})", line_sign(index)
    shared: dict[str, Any] = {"legendgroup": str(index), "hoverinfo": "skip", "showlegend": False}
    if kind == "band":
        below = [
            go.Scatter(
                mode="lines",
                fill="toself",
                fillcolor=color,
                opacity=0.22,
                line={"width": 0, "color": color},
                **shared,
            )
        ]
    else:
        below = [
            go.Scatter(
                mode="lines",
                opacity=0.45,
                line={"width": 1, "color": color, "dash": dash},
                **shared,
            )
            for _run in range(runs)
        ]
    mean = go.Scatter(
        name=label,
        mode="lines+markers",
        legendgroup=str(index),
        line={"width": 2, "color": color, "dash": dash},
        marker={"color": color, "size": 7, "symbol": mark_sign(index)},
        hovertemplate="%{text}",
    )
    return [*below, mean]
