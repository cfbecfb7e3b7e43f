"""The trials of a sweep in charts: in their order, by setting, as a map, and any against any."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import session
from dashboard.charts.sweep_history import history_figure, history_info, history_table
from dashboard.charts.sweep_marks import older_words
from dashboard.charts.trial_kinds import TrialsOfRuns, trials_of_runs
from dashboard.panels import downloads
from dashboard.panels.headings import choose_place
from dashboard.panels.runs_parts import plots, setting_map
from dashboard.panels.runs_parts.clicked import note_click, open_clicked
from dashboard.panels.sweep_parts.contour import draw_contour
from dashboard.panels.sweep_parts.importance import draw_importance
from dashboard.panels.sweep_parts.now import is_moving, look_at_trials
from dashboard.panels.sweep_parts.slices import draw_slices
from dashboard.server.load import noted
from dashboard.server.sweeps import key_of
from dashboard.session.problems import friendly_errors
from dashboard.words.translation import N_, _, ngettext
from dashboard.words.wording import sentences
from mlcore.runs import RunInfo
from mlcore.sweeps import SweepSummary
from mlcore.sweeps.sweep import Objective

__all__ = ["sweep_charts"]

_LIVE = 2.0  # seconds between two drawings while the sweep runs
_PART, _HISTORY = "sweep-part", "sweep-history"
_PARAMETER = "chart"  # of the address
_FIGURES: Mapping[Objective, str] = {
    "accuracy": "validation_accuracy",
    "loss": "validation_loss",
}
"""The column of what trials are compared by: both are of the last epoch."""

_PARTS: Mapping[str, str] = {
    "history": N_("History"),
    "importance": N_("Importance"),
    "slices": N_("Slices"),
    "contour": N_("Contour"),
    "map": N_("Map"),
    "parallel": N_("Parallel coordinates"),
    "scatter": N_("Scatter"),
}


def sweep_charts(found: SweepSummary) -> None:
    """A row of buttons, and below it the chosen chart, which follows a sweep that runs."""
    part = choose_place(_("What to draw"), _PARTS, parameter=_PARAMETER, key=_PART)
    pace = max(_LIVE, noted().least_pause) if is_moving(found) else None  # `sweep_now` sees a start
    st.fragment(_part, run_every=pace)(key_of(found), part)


@friendly_errors()
def _part(key: str, part: str) -> None:
    if found := look_at_trials(key):
        _DRAWN[part](found)


def _of_runs(
    draw: Callable[[list[RunInfo], str, TrialsOfRuns], None],
) -> Callable[[SweepSummary], None]:
    """A chart of runs, drawn of the trials and the figure that they are compared by."""

    def drawn(found: SweepSummary) -> None:
        draw(_begun(found), _FIGURES[found.sweep.objective], trials_of_runs(found))

    return drawn


def _begun(found: SweepSummary) -> list[RunInfo]:
    """The runs of the trials that have one."""
    return [one.run for one in found.trials if one.state not in ("deleted", "waiting")]


def _map(found: SweepSummary) -> None:
    if len(found.sweep.space.dimensions) < 2:
        st.caption(_("A map needs two settings that vary, and this sweep has one."))
        return
    _of_runs(setting_map.draw)(found)


def _parallel(found: SweepSummary) -> None:
    if len(_begun(found)) < 2:
        st.caption(_("The lines begin with the second trial."))
        return
    _of_runs(plots.draw_parallel)(found)


def _history(found: SweepSummary) -> None:
    open_clicked()
    info = history_info(found)
    if not info.trials.all:
        st.caption(_("No trial has come to a figure yet."))
        return
    downloads.chart(
        history_figure(info, session.colours()),
        key=_HISTORY,
        title=_("Trials of {sweep}", sweep=found.sweep.name),
        file=f"{found.sweep.name}-history",
        words=sentences(
            _words(found), older_words(info.trials), _("A click on a point opens its run.")
        ),
        table=lambda: history_table(info),
        on_select=note_click(_HISTORY),
        selection_mode="points",
    )


_DRAWN: Mapping[str, Callable[[SweepSummary], None]] = {
    "history": _history,
    "importance": draw_importance,
    "slices": draw_slices,
    "contour": draw_contour,
    "map": _map,
    "parallel": _parallel,
    "scatter": _of_runs(plots.draw_scatter),
}
"""Part → what draws it."""


def _words(found: SweepSummary) -> str:
    whole, early = found.count("complete"), found.count("pruned", "stopped")
    parts = [
        ngettext(
            "{n:,} trial was trained to its end.", "{n:,} trials were trained to their end.", whole
        )
    ]
    if early:
        parts.append(ngettext("{n:,} was given up before.", "{n:,} were given up before.", early))
    lost = found.count("diverged", "failed")
    if lost:
        parts.append(
            ngettext(
                "{n:,} diverged or failed, and has no point.",
                "{n:,} diverged or failed, and have no point.",
                lost,
            )
        )
    return sentences(*parts)
