"""The table of runs, kept up to date by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.components.runs_table import Heading, Row, RunsTable, runs_table
from dashboard.session import run_view
from dashboard.session.problems import friendly_errors
from dashboard.session.run_view import DIFFERING, RunView, current_view
from dashboard.words.groups import group_name
from dashboard.words.progress import ACTIVE
from dashboard.words.run_cells import cell_text, column_label, group_text, interval_text
from dashboard.words.run_names import distinct_names
from dashboard.words.translation import _
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS, Column, differing, find_column, sort_runs
from mlcore.runs.library.groups import RunGroup, average, experiments

__all__ = ["live_table", "runs_data", "shown_columns"]

_KEY = "runs-table"
_ROWS, _MORE = "runs-rows", 100  # rows at first, and by each click on "Show more"
_ECHO, _OPEN, _UNFOLDED = "runs-echo", "runs-open", "runs-unfolded"
_MOVES, _IDLE = 2.0, 4.0  # seconds between two looks
_MOST_DIFFERING = 6
_NOTE = 80  # characters of a note in a cell


def live_table(runs: Sequence[RunInfo]) -> None:
    """Draw the table; it follows the runs by itself, and has the page drawn when they change."""
    moves = any(info.state in ACTIVE for info in runs)
    st.fragment(_table, run_every=_MOVES if moves else _IDLE)(current_view(), _names(runs))


@friendly_errors()
def _table(drawn_from: RunView, names: tuple[str, ...]) -> None:
    if opened := st.session_state.pop(_OPEN, None):
        session.set_current_run(opened)
        st.switch_page("app_pages/run.py", query_params={"run": opened})
    runs, view = server.store().list(), current_view()
    if view != drawn_from or _names(runs) != names:
        st.rerun()
    runs_table(runs_data(runs, view, _unfolded()), key=_KEY, on_asked=_asked)


def row_name(info: RunInfo) -> str:
    """What this run is called in its row of the table; empty where it has none."""
    view = current_view()
    listed = view.listed(server.store().list())
    lines = _lines(listed, _groups(listed), _unfolded(), view)
    return _names_of(_shown(lines)).get(info.id, "")


def _shown(lines: Sequence[RunInfo | RunGroup]) -> Sequence[RunInfo | RunGroup]:
    """The first rows, up to the last click on "Show more"."""
    return lines[: st.session_state.get(_ROWS, _MORE)]


def _names_of(rows: Sequence[RunInfo | RunGroup]) -> dict[str, str]:
    return distinct_names([one for one in rows if isinstance(one, RunInfo)])


def runs_data(runs: Sequence[RunInfo], view: RunView, unfolded: Collection[str] = ()) -> RunsTable:
    """What the table shows of these runs.

    Args:
        runs: all there are.
        view: which of them, in which order, with which columns.
        unfolded: ids of the groups whose runs are rows of their own below the group's.
    """
    listed = view.listed(runs)
    groups = _groups(listed)
    lines = _lines(listed, groups, unfolded, view)
    shown = _shown(lines)
    columns = shown_columns(listed, view)
    names = _names_of(shown)
    return RunsTable(
        headings=tuple(_heading(column) for column in columns),
        rows=tuple(
            _run_row(one, names[one.id], columns, groups)
            if isinstance(one, RunInfo)
            else _group_row(one, columns, unfolded)
            for one in shown
        ),
        sort=view.sort,
        descending=view.descending,
        selected=tuple(info.id for info in view.selection(runs)),
        matching=len(listed),
        left_out=len(lines) - len(shown),
        echo=int(st.session_state.get(_ECHO, 0)),
    )


def _groups(listed: Sequence[RunInfo]) -> dict[str, RunGroup]:
    """The experiments of which several runs are listed."""
    return {group.id: group for group in experiments(listed) if len(group.runs) > 1}


def _lines(
    listed: Sequence[RunInfo],
    groups: Mapping[str, RunGroup],
    unfolded: Collection[str],
    view: RunView,
) -> list[RunInfo | RunGroup]:
    """The rows in order: a group stands where its mean does."""
    alone = [info for info in listed if (info.experiment or "") not in groups]
    means = [average(group) for group in groups.values()]
    lines: list[RunInfo | RunGroup] = []
    for info in sort_runs([*alone, *means], COLUMNS[view.sort], descending=view.descending):
        group = groups.get(info.id)
        lines.append(group or info)
        if group is not None and group.id in unfolded:
            lines += [one for one in listed if one.experiment == group.id]
    return lines


def _run_row(
    info: RunInfo, name: str, columns: Sequence[Column], groups: Mapping[str, RunGroup]
) -> Row:
    return Row(
        run=info.id,
        name=name,
        state=info.state,
        cells=tuple(_cell(column, info) for column in columns),
        runs=(info.id,),
        inside=(info.experiment or "") in groups,
    )


def _group_row(group: RunGroup, columns: Sequence[Column], unfolded: Collection[str]) -> Row:
    states = {info.state for info in group.runs}
    return Row(
        run=group.id,
        name=group_name(group),
        state=states.pop() if len(states) == 1 else "",
        cells=tuple((group_text(column, group), _count(column, group)) for column in columns),
        runs=tuple(info.id for info in group.runs),
        group=True,
        open=group.id in unfolded,
    )


def _count(column: Column, group: RunGroup) -> str:
    """Over how many runs an accuracy is a mean."""
    return f"n = {len(group.finished)}" if column.kind == "share" else ""


def shown_columns(listed: Sequence[RunInfo], view: RunView) -> list[Column]:
    """The columns after the name's, those of the settings that differ in their place."""
    chosen: dict[str, Column] = {}
    for name in view.columns:
        if name != DIFFERING:
            chosen[name] = COLUMNS[name]
            continue
        for column in differing(listed)[:_MOST_DIFFERING]:
            said = column.name == "train.epochs" and "epoch" in view.columns
            if column.name not in view.columns and not said:
                chosen[column.name] = column
    return list(chosen.values())


def _heading(column: Column) -> Heading:
    figure = column.kind in ("count", "number", "share", "seconds")
    hint = ""
    if column.name == "test":
        hint = _("With its 95 % interval: so much is left open by the number of test images.")
    return Heading(name=column.name, label=column_label(column), figure=figure, hint=hint)


def _cell(column: Column, info: RunInfo) -> tuple[str, str]:
    text = cell_text(column, info)
    if column.name == "note" and len(text) > _NOTE:
        text = f"{text[: _NOTE - 1]}…"
    if column.name == "test":
        return text, interval_text(info)
    if column.name == "state" and info.edited:  # the settings' cells say how it began
        return text, _("edited")
    return text, ""


def _asked(what: str, value: Any) -> None:
    """Do what a person asks of the table."""
    if what == "sort" and (column := find_column(str(value))):
        run_view.sort_by(column)
    elif what == "unfold":
        unfolded = _unfolded()
        unfolded.symmetric_difference_update([str(value)])
        st.session_state[_UNFOLDED] = unfolded
    elif what == "more":
        st.session_state[_ROWS] = st.session_state.get(_ROWS, _MORE) + _MORE
    elif what == "open":
        st.session_state[_OPEN] = str(value)
    elif what == "select" and isinstance(value, Mapping):
        _select(value)


def _unfolded() -> set[str]:
    held: set[str] = st.session_state.get(_UNFOLDED, set())
    return held


def _select(value: Mapping[str, Any]) -> None:
    chosen, echo = value.get("runs"), value.get("echo")
    runs = [str(run) for run in chosen] if isinstance(chosen, list) else []
    if value.get("all"):
        runs = [info.id for info in current_view().listed(server.store().list())]
    st.session_state[_ECHO] = echo if isinstance(echo, int) else 0
    run_view.select(runs)


def _names(runs: Sequence[RunInfo]) -> tuple[str, ...]:
    """What the page around the table depends on: the runs and their labels."""
    return tuple(f"{info.id} {info.name} {info.state} {' '.join(info.tags)}" for info in runs)
