"""Traces and layout of the training chart, without data. No Streamlit.

Colours and fonts are written as "var(--st-…)": whoever draws the chart fills in those of the page.
"""

from __future__ import annotations

import functools
from typing import Any, Literal

import plotly.graph_objects as go

from dashboard.charts.epochs import epoch_traces
from dashboard.charts.loss import loss_traces

__all__ = ["frame"]

_Panels = Literal["both", "loss"]


def frame(
    *, log: bool, validated: bool, run: str, upto: int, dense: bool = False
) -> dict[str, Any]:
    """Traces without data and the layout, as JSON; cheap enough for every refresh."""
    built = _frame(log, "both" if validated else "loss", dense)
    layout = built["layout"]
    xaxis = layout["xaxis"] | {"autorangeoptions": {"include": [0, upto], "minallowed": 0}}
    yaxis = layout["yaxis"] | {"uirevision": f"{run} {log}"}
    return {
        "data": built["data"],
        "layout": layout | {"uirevision": run, "xaxis": xaxis, "yaxis": yaxis},
    }


@functools.lru_cache(maxsize=8)
def _frame(log: bool, panels: _Panels, dense: bool) -> dict[str, Any]:
    """Built once for each look; plotly checks every name and colour in it."""
    figure = go.Figure([*loss_traces(), *epoch_traces(), *_mark_traces()])
    figure.update_layout(
        height=560 if panels == "both" else 440,
        margin={"l": 72, "r": 12, "t": 40, "b": 44},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "var(--st-text-color)", "family": "var(--st-font)", "size": 13},
        hovermode="x unified",
        hoverlabel={
            "bgcolor": "var(--st-background-color)",
            "bordercolor": "var(--st-border-color)",
            "font": {"color": "var(--st-text-color)"},
        },
        dragmode="zoom",
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.0,
            "yref": "container",
            "yanchor": "top",
            "itemwidth": 30,
            "font": {"size": 12.5},
        },
        hoversubplots="axis",
        modebar={
            "bgcolor": "rgba(0,0,0,0)",
            "color": "var(--st-chart-muted)",
            "activecolor": "var(--st-primary-color)",
        },
        **_axes(log, panels),
    )
    if dense:
        figure.update_traces(mode="lines", selector={"mode": "lines+markers"})
    if panels == "loss":
        figure.data[4].update(visible=False)
    built: dict[str, Any] = figure.to_plotly_json()
    built["layout"].pop("template", None)
    return built


def _axes(log: bool, panels: _Panels) -> dict[str, dict[str, Any]]:
    both = panels == "both"
    shared: dict[str, Any] = {
        "gridcolor": "var(--st-border-color-light)",
        "zeroline": False,
        "linecolor": "var(--st-border-color)",
        "tickcolor": "var(--st-border-color)",
        "tickfont": {"size": 12, "color": "var(--st-chart-muted)"},
    }
    losses = {
        "domain": [0.36, 1.0] if both else [0.0, 1.0],
        "title": _title("loss") | {"standoff": 12},
    }
    number = {"type": "log", "dtick": "D2"} if log else {"type": "linear", "rangemode": "tozero"}
    accuracy = {"domain": [0.0, 0.27], "title": _title("accuracy") | {"standoff": 12}, "nticks": 4}
    hidden: dict[str, Any] = {
        "overlaying": "y",
        "range": [0, 1],
        "fixedrange": True,
        "visible": False,
    }
    return {
        "xaxis": shared
        | {
            "title": _title("step") | {"standoff": 8},
            "anchor": "y2" if both else "y",
            "tickformat": ",d",
            "showgrid": False,
            "showline": True,
            "ticks": "outside",
            "nticks": 10,
            "spikecolor": "var(--st-chart-muted)",
            "spikethickness": 1,
            "spikedash": "dot",
            "unifiedhovertitle": {"text": "step %{x:,d}"},
        },
        "yaxis": shared | losses | number,
        "yaxis2": shared
        | accuracy
        | {
            "tickformat": ".3~p",
            "visible": both,
            "autorangeoptions": {"clipmin": 0, "clipmax": 1.01},
        },
        "yaxis3": hidden,
    }


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 13, "color": "var(--st-chart-muted)"}}


def _mark_traces() -> list[go.Scatter]:
    return [
        go.Scatter(
            name="checkpoint",
            mode="markers",
            yaxis="y3",
            marker={
                "symbol": "triangle-up",
                "size": 8,
                "color": "var(--st-chart-muted)",
            },
            cliponaxis=False,
            showlegend=False,
            hovertemplate="%{text}<extra></extra>",
        ),
        go.Scatter(
            name="edit",
            mode="lines",
            yaxis="y3",
            line={"color": "var(--st-red-color)", "width": 1.25, "dash": "dot"},
            showlegend=False,
            hoverinfo="skip",
        ),
        go.Scatter(
            name="edit label",
            mode="text",
            yaxis="y3",
            textfont={"color": "var(--st-red-text-color)", "size": 12},
            showlegend=False,
            hoverinfo="skip",
        ),
    ]
