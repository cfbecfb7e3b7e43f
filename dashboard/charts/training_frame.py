"""Traces and layout of the training chart, without data.

Colours and fonts are written as "var(--st-…)", which the browser resolves from the page's theme.
"""

from __future__ import annotations

import functools
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.epochs import epoch_traces
from dashboard.charts.live_look import (
    live_axis,
    live_layout,
    live_modebar,
    live_steps,
    live_title,
)
from dashboard.charts.loss import loss_traces
from dashboard.charts.loss_axis import LossAxis
from dashboard.charts.marks import mark_traces
from dashboard.charts.numbers import COUNT_AXIS, PERCENT_AXIS, count_at
from dashboard.charts.other_runs import other_traces
from dashboard.charts.theme import POWERS, TEXT
from dashboard.charts.training import TrainingInfo, edit_words
from dashboard.words.translation import _, language
from dashboard.words.wording import as_label

__all__ = ["training_frame"]

_EPOCH_MEAN, _ACCURACY, _OTHERS = 2, 4, 11  # indices of traces
_FEW, _MANY = 1.5, 6.0  # decades: below, 1, 2 and 5 have a tick, above, not each decade has one
_LINE = 20  # pixels of a line in the legend
_TOP = 26  # pixels above the chart, and the legend's lines


def training_frame(info: TrainingInfo, *, run: str) -> dict[str, Any]:
    """Traces and layout, as JSON, to which `training_arrays` gives the data.

    Args:
        info: what the chart shows.
        run: its zoom is kept while data arrive.
    """
    axis, marks = info.axis, (bool(info.checkpoints), bool(info.edits), info.axis.count > 0)
    built = _frame(
        _tick(axis) if axis.log else None,
        axis.huge,
        info.validated,
        info.dense,
        len(info.others),
        marks,
        language(),
    )
    layout = built["layout"]
    xaxis = layout["xaxis"] | {"autorangeoptions": {"include": [0, info.upto], "minallowed": 0}}
    yaxis = layout["yaxis"] | {"uirevision": f"{run} {axis.log}"} | _ends(axis)
    layout = layout | {
        "uirevision": run,
        "xaxis": xaxis,
        "yaxis": yaxis,
        "shapes": [] if info.marked is None else [_band(*info.marked)],
        "meta": {"edits": edit_words(info), "notes": info.notes},
    }
    if not info.legend:
        return {"data": built["data"], "layout": layout | _room(layout, 5 + sum(marks))}
    names, smooth = [as_label(name, 40) for name in info.legend], len(info.loss.smooth.step) > 0
    return {
        "data": _named(built["data"], names, smooth),
        "layout": layout | _room(layout, len(names) + sum(marks)),
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


def _tick(axis: LossAxis) -> str | int:
    """Plotly's `dtick` of a logarithmic axis; empty: as it sees fit."""
    if axis.decades > _MANY:
        return ""
    return 1 if axis.decades > _FEW else "D2"


def _ends(axis: LossAxis) -> dict[str, Any]:
    """Where the axis ends by itself; a person's zoom goes beyond."""
    ends = {"clipmin": axis.low, "clipmax": axis.high}
    return {"autorangeoptions": {name: end for name, end in ends.items() if end is not None}}


def _band(first: int, last: int) -> dict[str, Any]:
    """Steps that are pointed at, over both panels; a line where it is one."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": first - 0.5,
        "x1": last + 0.5,
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "opacity": 0.25,
        "fillcolor": "var(--st-primary-color)",
        "line": {"width": 2, "color": "var(--st-primary-color)"},
    }


def _room(layout: dict[str, Any], entries: int) -> dict[str, Any]:
    """Room for the legend: its entries stand in columns, on a phone in one or two."""
    rows = -(-entries // 4)
    top = _TOP + _LINE * rows
    return {
        "margin": layout["margin"] | {"t": top},
        "meta": layout["meta"] | {"narrowTop": _TOP + _LINE * -(-entries // 2)},
    }


@functools.lru_cache(maxsize=16)
def _frame(
    tick: str | int | None,
    huge: bool,
    validated: bool,
    dense: bool,
    others: int,
    marks: tuple[bool, bool, bool],
    language: str,  # noqa: ARG001  part of the cache key
) -> dict[str, Any]:
    """Cached, as plotly checks every name and colour in it."""
    curves = [*loss_traces(huge=huge), *epoch_traces(huge=huge)]
    figure = go.Figure([*curves, *mark_traces(*marks), *other_traces(others, huge=huge)])
    figure.update_layout(
        height=560 if validated else 440,
        margin={"l": 72, "r": 14, "t": _TOP + _LINE, "b": 44},
        **live_layout(),
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.0,
            "yref": "container",
            "yanchor": "top",
            "itemwidth": 30,
            "font": {"size": TEXT},
        },
        hoversubplots="axis",
        modebar=live_modebar() | {"orientation": "v"},  # beside the legend's end, not on it
        **_axes(tick, validated),
    )
    if dense:
        figure.update_traces(mode="lines", selector={"mode": "lines+markers"})
    if not validated:
        figure.data[_ACCURACY].update(visible=False)
    built: dict[str, Any] = figure.to_plotly_json()
    built["layout"].pop("template", None)
    return built


def _axes(tick: str | int | None, validated: bool) -> dict[str, dict[str, Any]]:
    shared = live_axis()
    losses = {
        "domain": [0.36, 1.0] if validated else [0.0, 1.0],
        "title": live_title(_("loss")) | {"standoff": 12},
    }
    number: dict[str, Any] = {"type": "linear", "rangemode": "tozero"}
    if tick is not None:
        number = {"type": "log", "dtick": tick or None, "nticks": 8}
        if tick != "D2":
            number["tickfont"] = shared["tickfont"] | {"size": POWERS}
    number |= {"exponentformat": "power", "minexponent": 4}
    accuracy = {
        "domain": [0.0, 0.27],
        "title": live_title(_("accuracy")) | {"standoff": 12},
        "nticks": 4,
        **PERCENT_AXIS,
        "visible": validated,
        "autorangeoptions": {"clipmin": 0, "clipmax": 100},
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
            "title": live_title(_("step")),
            "anchor": "y2" if validated else "y",
            **COUNT_AXIS,
            **live_steps(),
            "ticks": "outside",
            "nticks": 10,
            "unifiedhovertitle": {"text": _("step {step}", step=count_at("x"))},
        },
        "yaxis": shared | losses | number,
        "yaxis2": shared | accuracy,
        "yaxis3": hidden,
    }
