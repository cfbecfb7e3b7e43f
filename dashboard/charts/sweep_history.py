"""What each trial of a sweep came to, in the order of their beginning, and the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.numbers import COUNT_AXIS, PERCENT_AXIS
from dashboard.charts.table import Table
from dashboard.charts.theme import Palette, axis, layout
from dashboard.words.sweeps import objective_label, trial_state_name, value_text
from dashboard.words.translation import _
from dashboard.words.wording import as_label
from mlcore.sweeps import SweepSummary, SweepTrial
from mlcore.sweeps.sweep import Objective

__all__ = ["HistoryInfo", "history_figure", "history_info", "history_table"]

_PARTIAL, _OPEN = ("pruned", "stopped"), ("running", "interrupted")
_FEW = 10  # trials with a tick each


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryInfo:
    """What the chart shows.

    Attributes:
        objective: an accuracy, drawn in percent, or a loss.
        whole, partial, open: the trials with a value that were trained to their end, that were
            given up before, and that are under way.
        best: number of a trial → the best value of those up to it, where that changes.
    """

    objective: Objective
    whole: tuple[SweepTrial, ...]
    partial: tuple[SweepTrial, ...]
    open: tuple[SweepTrial, ...]
    best: tuple[tuple[int, float], ...]


def history_info(found: SweepSummary) -> HistoryInfo:
    """Gather what the chart shows."""
    whole = [one for one in found.trials if one.state == "complete" and one.value is not None]
    best: list[tuple[int, float]] = []
    for one in whole:
        value = one.value or 0.0
        if not best or found.sweep.is_better(value, best[-1][1]):
            best.append((one.number, value))
    if best and whole[-1].number > best[-1][0]:
        best.append((whole[-1].number, best[-1][1]))
    return HistoryInfo(
        objective=found.sweep.objective,
        whole=tuple(whole),
        partial=_with_value(found, _PARTIAL),
        open=_with_value(found, _OPEN),
        best=tuple(best),
    )


def _with_value(found: SweepSummary, states: tuple[str, ...]) -> tuple[SweepTrial, ...]:
    return tuple(one for one in found.trials if one.state in states and one.value is not None)


def history_figure(info: HistoryInfo, colours: Palette) -> go.Figure:
    """The chart: a full mark for a trial that was trained to its end, an open one for another."""
    unit = _unit(info)
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
            _marks(info.whole, _("whole trials"), "circle", colours.series[0], info),
            _marks(info.partial, _("given up"), "x-thin-open", colours.series[1], info),
            _marks(info.open, _("under way"), "circle-open", colours.muted, info),
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
        yaxis=shared
        | {"title": {"text": as_label(objective_label(info.objective), 60)} | shared["title"]}
        | (dict(PERCENT_AXIS) if info.objective == "accuracy" else {"nticks": 8}),
    )
    return drawn


def history_table(info: HistoryInfo) -> Table:
    """Each trial with a value."""
    trials = sorted((*info.whole, *info.partial, *info.open), key=lambda one: one.number)
    return Table(
        (_("Trial"), _("State"), objective_label(info.objective)),
        tuple(
            (
                f"{one.number:,}",
                trial_state_name(one.state),
                value_text(info.objective, one.value),
            )
            for one in trials
        ),
    )


def _unit(info: HistoryInfo) -> float:
    return 100.0 if info.objective == "accuracy" else 1.0


def _ticks(info: HistoryInfo) -> dict[str, Any]:
    """A tick for each of few trials: halves would be written as the same whole numbers."""
    last = max((one.number for one in (*info.whole, *info.partial, *info.open)), default=0)
    return {"tick0": 0, "dtick": 1, "range": [-0.5, last + 0.5]} if last < _FEW else {}


def _marks(
    trials: Sequence[SweepTrial], name: str, symbol: str, colour: str, info: HistoryInfo
) -> go.Scatter:
    unit = _unit(info)
    return go.Scatter(
        name=name,
        x=[one.number for one in trials],
        y=[(one.value or 0.0) * unit for one in trials],
        mode="markers",
        marker={"size": 9, "symbol": symbol, "color": colour, "line": {"width": 2, "color": colour}}
        if symbol.endswith("open")
        else {"size": 9, "symbol": symbol, "color": colour, "opacity": 0.75},
        customdata=[_hover(one, info) for one in trials],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _hover(trial: SweepTrial, info: HistoryInfo) -> str:
    name = as_label(_("Trial {number}", number=trial.number))
    state, value = trial_state_name(trial.state), value_text(info.objective, trial.value)
    return f"<b>{name}</b> ({as_label(state)})<br>{as_label(value)}"
