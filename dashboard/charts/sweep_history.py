"""What each trial of a sweep came to, in the order of their beginning, and the best so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.numbers import COUNT_AXIS
from dashboard.charts.sweep_marks import (
    MOST_DRAWN,
    TrialGroups,
    objective_axis,
    trial_groups,
    trial_marks,
    trial_rows,
)
from dashboard.charts.table import Table
from dashboard.charts.theme import Palette, axis, layout
from dashboard.words.sweeps import objective_label
from dashboard.words.translation import _
from mlcore.sweeps import SweepSummary, SweepTrial

__all__ = ["HistoryInfo", "history_figure", "history_info", "history_table"]

_FEW = 10  # trials with a tick each


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryInfo:
    """What the chart shows.

    Attributes:
        trials: those that have come to a figure.
        best: number of a trial → the best value of those up to it, where that changes.
        listed: the newest trials of all, also those without a figure.
    """

    trials: TrialGroups
    best: tuple[tuple[int, float], ...]
    listed: tuple[SweepTrial, ...] = ()


def history_info(found: SweepSummary) -> HistoryInfo:
    """Gather what the chart shows."""
    trials = trial_groups(found)
    best: list[tuple[int, float]] = []
    whole = [one for one in found.trials if one.state == "complete" and one.value is not None]
    for one in whole:
        value = one.value or 0.0
        if not best or found.sweep.is_better(value, best[-1][1]):
            best.append((one.number, value))
    if best and whole[-1].number > best[-1][0]:
        best.append((whole[-1].number, best[-1][1]))
    return HistoryInfo(trials=trials, best=tuple(best), listed=found.trials[-MOST_DRAWN:])


def history_figure(info: HistoryInfo, colours: Palette) -> go.Figure:
    """The chart: the best so far as a line, and a mark for each trial."""
    unit = 100.0 if info.trials.objective == "accuracy" else 1.0
    drawn = go.Figure(
        [
            go.Scatter(
                name=_("best so far"),
                x=[number for number, _value in info.best],
                y=[value * unit for _number, value in info.best],
                mode="lines",
                line={"shape": "hv", "color": colours.series[0], "width": 2},
                hoverinfo="skip",
            ),
            *trial_marks(info.trials, colours, lambda one: one.number),
        ]
    )
    drawn.update_layout(**layout(colours, height=360))
    shared = axis(colours)
    drawn.update_layout(
        hovermode="closest",
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        xaxis=shared
        | {"title": {"text": _("Trial")} | shared["title"]}
        | dict(COUNT_AXIS)
        | _ticks(info),
        yaxis=objective_axis(info.trials.objective, colours),
    )
    return drawn


def history_table(info: HistoryInfo) -> Table:
    """Each trial with its state, and its value if it has one."""
    return Table(
        (_("Trial"), _("State"), objective_label(info.trials.objective)),
        trial_rows(info.listed, (), info.trials.objective),
    )


def _ticks(info: HistoryInfo) -> dict[str, Any]:
    """A tick for each of few trials: halves would be written as the same whole numbers."""
    last = max((one.number for one in info.trials.all), default=0)
    return {"tick0": 0, "dtick": 1, "range": [-0.5, last + 0.5]} if last < _FEW else {}
