"""Traces and layout of the training chart, without data.

Colours and fonts are written as "var(--st-…)", which the browser resolves from the page's theme.
"""

from __future__ import annotations

import functools
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.epochs import epoch_traces
from dashboard.charts.loss import loss_traces
from dashboard.charts.other_runs import other_traces
from dashboard.charts.training import TrainingInfo
from dashboard.words.translation import _, language
from dashboard.words.wording import as_label

__all__ = ["training_frame"]

_EPOCH_MEAN, _ACCURACY, _OTHERS = 2, 4, 8  # indices of traces


def training_frame(info: TrainingInfo, *, log: bool, run: str) -> dict[str, Any]:
    """Traces and layout, as JSON, to which `training_arrays` gives the data.

    Args:
        info: what the chart shows.
        log: the axis of the losses is logarithmic.
        run: its zoom is kept while data arrive.
    """
    built = _frame(log, info.validated, info.dense, len(info.others), language())
    layout = built["layout"]
    xaxis = layout["xaxis"] | {"autorangeoptions": {"include": [0, info.upto], "minallowed": 0}}
    yaxis = layout["yaxis"] | {"uirevision": f"{run} {log}"}
    layout = layout | {"uirevision": run, "xaxis": xaxis, "yaxis": yaxis}
    if not info.legend:
        return {"data": built["data"], "layout": layout}
    names, smooth = [as_label(name) for name in info.legend], len(info.loss.smooth.step) > 0
    return {
        "data": _named(built["data"], names, smooth),
        "layout": layout | _room_for_legend(layout, len(names)),
    }


def _named(traces: list[dict[str, Any]], names: list[str], smooth: bool) -> list[dict[str, Any]]:
    """Traces with the runs' names: a run has one entry in the legend for all of its curves."""
    own = [
        trace | {"name": names[0], "legendgroup": "shown", "showlegend": index == int(smooth)}
        for index, trace in enumerate(traces[:_ACCURACY])
    ]
    for index in range(_EPOCH_MEAN, _ACCURACY):
        own[index]["visible"] = False
    color = {"color": "var(--st-chart-color-1)"}
    accuracy = traces[_ACCURACY] | {
        "name": names[0],
        "legendgroup": "shown",
        "showlegend": False,
        "line": traces[_ACCURACY]["line"] | color,
        "marker": traces[_ACCURACY]["marker"] | color,
    }
    marks = traces[_ACCURACY + 1 : _OTHERS]
    others = [
        trace | {"name": names[1 + index // 2]} for index, trace in enumerate(traces[_OTHERS:])
    ]
    return [*own, accuracy, *marks, *others]


def _room_for_legend(layout: dict[str, Any], entries: int) -> dict[str, Any]:
    """Names of runs need more rows than those of four curves; on a phone nearly one each."""
    rows = -(-entries // 3)
    return {
        "margin": layout["margin"] | {"t": 22 + 20 * rows},
        "height": layout["height"] + 20 * (rows - 1),
        "meta": {"narrowTop": 26 + 20 * entries},
    }


@functools.lru_cache(maxsize=16)
def _frame(
    log: bool,
    validated: bool,
    dense: bool,
    others: int,
    language: str,  # noqa: ARG001  part of the cache key
) -> dict[str, Any]:
    """Cached, as plotly checks every name and colour in it."""
    figure = go.Figure([*loss_traces(), *epoch_traces(), *_mark_traces(), *other_traces(others)])
    figure.update_layout(
        height=560 if validated else 440,
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
        **_axes(log, validated),
    )
    if dense:
        figure.update_traces(mode="lines", selector={"mode": "lines+markers"})
    if not validated:
        figure.data[_ACCURACY].update(visible=False)
    built: dict[str, Any] = figure.to_plotly_json()
    built["layout"].pop("template", None)
    return built


def _axes(log: bool, validated: bool) -> dict[str, dict[str, Any]]:
    shared: dict[str, Any] = {
        "gridcolor": "var(--st-border-color-light)",
        "zeroline": False,
        "linecolor": "var(--st-border-color)",
        "tickcolor": "var(--st-border-color)",
        "tickfont": {"size": 12, "color": "var(--st-chart-muted)"},
    }
    losses = {
        "domain": [0.36, 1.0] if validated else [0.0, 1.0],
        "title": _title(_("loss")) | {"standoff": 12},
    }
    number = {"type": "log", "dtick": "D2"} if log else {"type": "linear", "rangemode": "tozero"}
    accuracy = {
        "domain": [0.0, 0.27],
        "title": _title(_("accuracy")) | {"standoff": 12},
        "nticks": 4,
        "tickformat": ".3~r",
        "ticksuffix": " %",
        "visible": validated,
        "autorangeoptions": {"clipmin": 0, "clipmax": 101},
    }
    hidden: dict[str, Any] = {
        "overlaying": "y",
        "range": [0, 1],
        "fixedrange": True,
        "visible": False,
    }
    return {
        "xaxis": shared
        | {
            "title": _title(_("step")) | {"standoff": 8},
            "anchor": "y2" if validated else "y",
            "tickformat": ",d",
            "showgrid": False,
            "showline": True,
            "ticks": "outside",
            "nticks": 10,
            "spikecolor": "var(--st-chart-muted)",
            "spikethickness": 1,
            "spikedash": "dot",
            "unifiedhovertitle": {"text": _("step {step}", step="%{x:,d}")},
        },
        "yaxis": shared | losses | number,
        "yaxis2": shared | accuracy,
        "yaxis3": hidden,
    }


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 13, "color": "var(--st-chart-muted)"}}


def _mark_traces() -> list[go.Scatter]:
    return [
        go.Scatter(
            name=_("checkpoint"),
            mode="markers",
            yaxis="y3",
            marker={"symbol": "triangle-up", "size": 8, "color": "var(--st-chart-muted)"},
            cliponaxis=False,
            showlegend=False,
            hovertemplate="%{text}<extra></extra>",
        ),
        go.Scatter(
            name=_("edit"),
            mode="lines",
            yaxis="y3",
            line={"color": "var(--st-red-color)", "width": 1.25, "dash": "dot"},
            showlegend=False,
            hoverinfo="skip",
        ),
        go.Scatter(
            name=_("edit label"),
            mode="text",
            yaxis="y3",
            textfont={"color": "var(--st-red-text-color)", "size": 12},
            showlegend=False,
            hoverinfo="skip",
        ),
    ]
