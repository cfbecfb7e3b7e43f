"""How trials are marked on the charts of a sweep: by what became of them, the best by a star."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.numbers import PERCENT_AXIS
from dashboard.charts.theme import Palette, axis
from dashboard.charts.trial_kinds import KIND_NAMES, KINDS, kind_look, star_look
from dashboard.words.setting_names import setting_label
from dashboard.words.sweeps import objective_label, param_text, trial_state_name, value_text
from dashboard.words.translation import _, ngettext, translated
from dashboard.words.wording import as_label
from mlcore.sweeps import SweepSummary, SweepTrial
from mlcore.sweeps.sweep import Objective

__all__ = [
    "MOST_DRAWN",
    "TrialGroups",
    "drawn_value",
    "objective_axis",
    "older_words",
    "star",
    "trial_groups",
    "trial_marks",
    "trial_rows",
]

MOST_DRAWN = 1_000
"""Trials that a chart has room for."""

_TOLD = 200  # trials whose settings the pointer tells: the text of a thousand is megabytes

Place = Callable[[SweepTrial], float | None]
"""Where a trial stands along an axis; None: nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialGroups:
    """The newest trials of a sweep that have come to a figure.

    Attributes:
        objective: an accuracy, drawn in percent, or a loss.
        whole, partial, open: those that were trained to their end, that were given up before, and
            that are under way.
        best: the best of the whole ones, also where it is none of the newest.
        older: how many are left out, as there are more than a chart has room for.
    """

    objective: Objective
    whole: tuple[SweepTrial, ...]
    partial: tuple[SweepTrial, ...]
    open: tuple[SweepTrial, ...]
    best: SweepTrial | None
    older: int

    @property
    def all(self) -> tuple[SweepTrial, ...]:
        """All of them, by number."""
        return tuple(sorted((*self.whole, *self.partial, *self.open), key=lambda one: one.number))


def trial_groups(found: SweepSummary, *, having: Sequence[str] = ()) -> TrialGroups:
    """Sort out the trials.

    Args:
        found: the sweep.
        having: settings without any of which a trial is left out.
    """
    shown = [state for states in KINDS.values() for state in states]
    trials = [
        one
        for one in found.trials
        if one.value is not None
        and math.isfinite(one.value)
        and one.state in shown
        and all(name in one.params for name in having)
    ]
    newest, best = trials[-MOST_DRAWN:], found.best
    whole, partial, under_way = (
        tuple(one for one in newest if one.state in states) for states in KINDS.values()
    )
    return TrialGroups(
        objective=found.sweep.objective,
        whole=whole,
        partial=partial,
        open=under_way,
        best=best if best and all(name in best.params for name in having) else None,
        older=len(trials) - len(newest),
    )


def drawn_value(trial: SweepTrial, objective: Objective) -> float:
    """The value of a trial that has one, as it is drawn."""
    return (trial.value or 0.0) * (100.0 if objective == "accuracy" else 1.0)


def trial_marks(
    groups: TrialGroups, colours: Palette, x: Place, y: Place | None = None
) -> list[go.Scatter]:
    """A full mark for a trial that was trained to its end, other marks for others.

    Each can be clicked: its point carries the id of its run.

    Args:
        groups: the trials.
        colours: of the page.
        x: where a trial stands across.
        y: where it stands upwards; None: at its value.
    """
    return [
        _points(getattr(groups, kind), translated(name), kind_look(kind, colours), groups, x, y)
        for kind, name in KIND_NAMES.items()
    ]


def star(groups: TrialGroups, colours: Palette, x: Place, y: Place | None = None) -> go.Scatter:
    """The mark over the best trial, which can be clicked as it can; see `trial_marks`."""
    best = (groups.best,) if groups.best else ()
    return _points(best, _("the best"), star_look(colours), groups, x, y)


def objective_axis(objective: Objective, colours: Palette) -> dict[str, Any]:
    """The axis on which the values of the objective stand."""
    shared = axis(colours)
    return (
        shared
        | {"title": {"text": as_label(objective_label(objective), 60)} | shared["title"]}
        | (dict(PERCENT_AXIS) if objective == "accuracy" else {"nticks": 8})
    )


def older_words(groups: TrialGroups) -> str:
    """What is left out, in a sentence; empty where nothing is."""
    if not groups.older:
        return ""
    return ngettext(
        "{n:,} older trial is not drawn.", "{n:,} older trials are not drawn.", groups.older
    )


def trial_rows(
    trials: Sequence[SweepTrial], names: Sequence[str], objective: Objective
) -> tuple[tuple[str, ...], ...]:
    """Rows of a table: number, these settings, state and value of each trial, by number."""
    return tuple(
        (
            f"{one.number:,}",
            *(param_text(one.params, name) for name in names),
            trial_state_name(one.state),
            value_text(objective, one.value),
        )
        for one in trials
    )


def _points(
    trials: Sequence[SweepTrial],
    name: str,
    look: dict[str, Any],
    groups: TrialGroups,
    x: Place,
    y: Place | None,
) -> go.Scatter:
    few, objective = len(groups.all) <= _TOLD, groups.objective
    kept = {"marker": {"opacity": look.get("opacity", 1)}}  # a click leads away, and dims nothing
    return go.Scatter(
        name=name,
        x=[x(one) for one in trials],
        y=[y(one) if y else drawn_value(one, objective) for one in trials],
        mode="markers",
        marker=look,
        selected=kept,
        unselected=kept,
        customdata=[[one.run.id] for one in trials],
        hovertext=[_hover(one, objective, one.params if few else ()) for one in trials],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(trial: SweepTrial, objective: Objective, names: Iterable[str]) -> str:
    name = as_label(_("Trial {number}", number=trial.number))
    state, value = trial_state_name(trial.state), value_text(objective, trial.value)
    settings = [
        f"<br>{as_label(setting_label(name), 40)}: {as_label(param_text(trial.params, name), 40)}"
        for name in names
    ]
    return f"<b>{name}</b> ({as_label(state)})<br>{as_label(value)}{''.join(settings)}"
