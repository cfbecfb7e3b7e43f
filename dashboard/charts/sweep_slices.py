"""One varied setting of a sweep against what its trials came to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.sweep_axes import SettingAxis, setting_axis
from dashboard.charts.sweep_marks import (
    TrialGroups,
    drawn_value,
    objective_axis,
    star,
    trial_groups,
    trial_marks,
    trial_rows,
)
from dashboard.charts.table import Table
from dashboard.charts.theme import Palette, layout
from dashboard.words.choices import setting_text
from dashboard.words.sweeps import objective_label, param_text, value_text
from dashboard.words.translation import _
from dashboard.words.wording import listed, sentences
from mlcore.sweeps import SweepSummary, SweepTrial

__all__ = ["SliceInfo", "slice_figure", "slice_infos", "slice_table", "slice_words"]

_PAD = 0.06  # of the span of the values, above and below
_GOOD = 4  # one of so many whole trials counts as good
_ENOUGH = 8  # whole trials from which that says something


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceInfo:
    """What the chart of one setting shows.

    Attributes:
        axis: the setting.
        trials: those that have it and have come to a figure.
        span: the ends of the other axis, which the charts of all settings share.
    """

    axis: SettingAxis
    trials: TrialGroups
    span: tuple[float, float]


def slice_infos(found: SweepSummary) -> list[SliceInfo]:
    """Gather what the charts show, a setting each."""
    values = [drawn_value(one, found.sweep.objective) for one in trial_groups(found).all]
    low, high = min(values, default=0.0), max(values, default=1.0)
    pad = _PAD * (high - low) or 1.0
    return [
        SliceInfo(
            axis=setting_axis(one),
            trials=trial_groups(found, having=(one.name,)),
            span=(low - pad, high + pad),
        )
        for one in found.sweep.space.dimensions
    ]


def slice_figure(info: SliceInfo, colours: Palette) -> go.Figure:
    """The chart: a mark a trial, the best as a star."""
    marks = [
        *trial_marks(info.trials, colours, info.axis.place),
        star(info.trials, colours, info.axis.place),
    ]
    shown = {
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "xaxis": info.axis.layout(colours) | {"fixedrange": True},
        "yaxis": objective_axis(info.trials.objective, colours)
        | {"range": list(info.span), "fixedrange": True},
    }
    return go.Figure(marks, layout(colours, height=280) | shown)  # to update a figure takes longer


def slice_table(info: SliceInfo) -> Table:
    """Each trial with its value of the setting."""
    return Table(
        (_("Trial"), info.axis.label, _("State"), objective_label(info.trials.objective)),
        trial_rows(info.trials.all, (info.axis.name,), info.trials.objective),
    )


def slice_words(info: SliceInfo) -> str:
    """Where the best trial stands, and the best quarter."""
    best, objective = info.trials.best, info.trials.objective
    if best is None:
        return _("The best trial has no value of this setting, or there is none yet.")
    parts = [
        _(
            "Best: {value} with {setting}.",
            value=value_text(objective, best.value),
            setting=param_text(best.params, info.axis.name),
        )
    ]
    if len(info.trials.whole) >= _ENOUGH:
        parts.append(_good(info))
    return sentences(*parts)


def _good(info: SliceInfo) -> str:
    good = _best_quarter(info.trials)
    if info.axis.names:
        names = [param_text(one.params, info.axis.name) for one in good]
        kept = [name for name in info.axis.names if name in names]
        return _("The best quarter of the trials: {values}.", values=listed(kept))
    numbers = [value for one in good if (value := one.params.get(info.axis.name)) is not None]
    return _(
        "The best quarter of the trials: {low} to {high}.",
        low=setting_text(min(numbers)),
        high=setting_text(max(numbers)),
    )


def _best_quarter(trials: TrialGroups) -> Sequence[SweepTrial]:
    sign = -1 if trials.objective == "accuracy" else 1
    ranked = sorted(trials.whole, key=lambda one: sign * (one.value or 0.0))
    return ranked[: math.ceil(len(ranked) / _GOOD)]
