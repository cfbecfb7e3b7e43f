"""The trials of a sweep in charts: in their order, by setting, as a map, and any against any."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import session
from dashboard.charts.sweep_history import history_figure, history_info, history_table
from dashboard.charts.sweep_marks import older_words
from dashboard.panels import downloads
from dashboard.panels.headings import choose_one
from dashboard.panels.runs_parts import plots, setting_map
from dashboard.panels.runs_parts.clicked import note_click, open_clicked
from dashboard.panels.sweep_parts.contour import draw_contour
from dashboard.panels.sweep_parts.importance import draw_importance
from dashboard.panels.sweep_parts.now import is_moving
from dashboard.panels.sweep_parts.slices import draw_slices
from dashboard.server.load import noted
from dashboard.server.sweeps import key_of, sweep_at
from dashboard.session.problems import friendly_errors
from dashboard.words.translation import N_, _, ngettext
from dashboard.words.wording import sentences
from mlcore.runs import RunInfo
from mlcore.sweeps import SweepSummary
from mlcore.sweeps.sweep import Objective

__all__ = ["sweep_charts"]

_LIVE = 2.0  # seconds between two drawings while the sweep runs
_PART, _HISTORY = "sweep-part", "sweep-history"
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
    if not found.trials:
        return
    part = choose_one(_("What to draw"), _PARTS, key=_PART)
    pace = max(_LIVE, noted().least_pause) if is_moving(found) else None  # `sweep_now` sees a start
    st.fragment(_part, run_every=pace)(key_of(found), part)


@friendly_errors()
def _part(key: str, part: str) -> None:
    place, name = sweep_at(key)
    _DRAWN[part](place.look(name))


def _of_runs(draw: Callable[[list[RunInfo], str], None]) -> Callable[[SweepSummary], None]:
    """A chart of runs, drawn of the trials and the figure that they are compared by."""

    def drawn(found: SweepSummary) -> None:
        runs = [one.run for one in found.trials if one.state != "deleted"]
        draw(runs, _FIGURES[found.sweep.objective])

    return drawn


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
    "map": _of_runs(setting_map.draw),
    "parallel": _of_runs(plots.draw_parallel),
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
