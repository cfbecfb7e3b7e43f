"""All trials of a sweep in a table that follows them: what each is, has and came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.components.runs_table import Heading, Row, RunsTable, runs_table
from dashboard.panels.headings import heading
from dashboard.panels.sweep_parts.now import is_moving, look_at_trials
from dashboard.server.load import noted
from dashboard.server.sweeps import key_of
from dashboard.session.problems import friendly_errors
from dashboard.words.run_cells import cell_text, column_label
from dashboard.words.setting_names import setting_label
from dashboard.words.sweeps import (
    host_text,
    objective_label,
    param_text,
    trial_state_name,
    value_text,
)
from dashboard.words.translation import _
from mlcore.runs.library.columns import COLUMNS
from mlcore.sweeps import SweepSummary, SweepTrial
from mlcore.sweeps.trial import TRIAL_WORDS, TrialState

__all__ = ["trials_data", "trials_table"]

_KEY = "trial-list"
_SORT, _ROWS, _OPEN = "trial-list-sort", "trial-list-rows", "trial-list-open"
_MORE = 100  # rows at first, and by each click on "Show more"
_LIVE = 2.0  # seconds between two looks while the sweep runs
_FIGURE = "figure"
_SIGNS: Mapping[TrialState, str] = {
    "running": "running",
    "complete": "finished",
    "interrupted": "stopped",
    "pruned": "stopped",
    "stopped": "stopped",
    "diverged": "failed",
    "failed": "failed",
}
"""State of a trial → that of a run whose sign it has."""

_STATES = tuple(TRIAL_WORDS)


def trials_table(found: SweepSummary) -> None:
    """The table; it follows a sweep that runs, and shows the best whole trials first."""
    with heading(_("All trials"), key=_KEY, help=_about()):
        pass
    pace = max(_LIVE, noted().least_pause) if is_moving(found) else None  # `sweep_now` sees a start
    st.fragment(_table, run_every=pace)(key_of(found))


def _about() -> str:
    return _(
        "Every trial, whatever became of it. By the figure the trials that were trained to their "
        "end stand first, as only these are compared; those that were given up follow, with what "
        "they had come to."
    )


@friendly_errors()
def _table(key: str) -> None:
    if opened := st.session_state.pop(_OPEN, None):
        session.set_current_run(opened)
        st.switch_page("app_pages/run.py", query_params={"run": opened})
    if found := look_at_trials(key):
        sort, descending = _sorted_by(found)
        shown = int(st.session_state.get(_ROWS, _MORE))
        data = trials_data(found, sort, shown, descending=descending)
        runs_table(data, key=_KEY, on_asked=_asked)


def trials_data(found: SweepSummary, sort: str, shown: int, *, descending: bool) -> RunsTable:
    """What the table shows.

    Args:
        found: the sweep.
        sort: name of the column by which the trials are sorted.
        shown: how many rows there are at most.
        descending: the highest first.
    """
    trials = _in_order(found, sort, descending=descending)
    return RunsTable(
        headings=_headings(found),
        rows=tuple(_row(found, one) for one in trials[:shown]),
        sort=sort,
        descending=descending,
        selected=(),
        matching=len(trials),
        left_out=max(0, len(trials) - shown),
        echo=0,
        choosable=False,
        words={"table": _("All trials"), "name": _("Trial")},
    )


def _headings(found: SweepSummary) -> tuple[Heading, ...]:
    epoch, duration = COLUMNS["epoch"], COLUMNS["duration"]
    return (
        Heading(name="state", label=_("State")),
        Heading(name=_FIGURE, label=objective_label(found.sweep.objective), figure=True),
        Heading(name="epoch", label=column_label(epoch), figure=True),
        *(
            Heading(name=one.name, label=setting_label(one.name))
            for one in found.sweep.space.dimensions
        ),
        Heading(name="duration", label=column_label(duration), figure=True),
        *((Heading(name="where", label=_("Where")),) if found.database else ()),
    )


def _row(found: SweepSummary, one: SweepTrial) -> Row:
    cells = (
        trial_state_name(one.state),
        value_text(found.sweep.objective, one.value),
        cell_text(COLUMNS["epoch"], one.run),
        *(param_text(one.params, each.name) for each in found.sweep.space.dimensions),
        cell_text(COLUMNS["duration"], one.run),
        *((host_text(one),) if found.database else ()),
    )
    return Row(
        run=one.run.id or f"trial-{one.number}",
        name=f"{one.number:,}",
        state=_SIGNS.get(one.state, "waiting"),
        cells=tuple((text, "") for text in cells),
        runs=(),
        linked=one.place is None and one.state != "deleted",
    )


def _in_order(found: SweepSummary, sort: str, *, descending: bool) -> list[SweepTrial]:
    """The trials; those of which nothing is known are last, equal ones by number."""
    read = _reader(sort)
    cells = [(read(one), one) for one in found.trials]
    known = [pair for pair in cells if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    if sort == _FIGURE:  # those that were trained to their end are compared, and no others
        known.sort(key=lambda pair: pair[1].state != "complete")
    return [one for _cell, one in known] + [one for cell, one in cells if cell is None]


def _reader(sort: str) -> Callable[[SweepTrial], Any]:
    """What trials are sorted by; None: nothing is known of one."""
    match sort:
        case "name":
            return lambda one: one.number
        case "state":
            return lambda one: _STATES.index(one.state)
        case "figure":
            return lambda one: one.value
        case "epoch":
            return lambda one: one.run.epoch
        case "duration":
            return lambda one: COLUMNS["duration"].read(one.run)
        case "where":
            return host_text
    return lambda one: one.params.get(sort)


def _sorted_by(found: SweepSummary) -> tuple[str, bool]:
    """The column and the direction: at first the best figure first."""
    names = ["name", *(one.name for one in _headings(found))]
    sort, turned = st.session_state.get(_SORT, (_FIGURE, False))
    sort = sort if sort in names else _FIGURE
    first = sort == _FIGURE and found.sweep.objective == "accuracy"
    return sort, first != turned


def _asked(what: str, value: Any) -> None:
    """Do what a person asks of the table."""
    if what == "sort":
        sort, turned = st.session_state.get(_SORT, (_FIGURE, False))
        st.session_state[_SORT] = str(value), sort == value and not turned
    elif what == "more":
        st.session_state[_ROWS] = int(st.session_state.get(_ROWS, _MORE)) + _MORE
    elif what == "open" and any(info.id == value for info in server.store().list()):
        st.session_state[_OPEN] = str(value)
