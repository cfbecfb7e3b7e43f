"""Rows of the table that stand for several runs, which differ only in the seed: they open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import streamlit as st

from dashboard.words.groups import group_name
from dashboard.words.run_cells import cell_text
from dashboard.words.run_names import state_name
from dashboard.words.translation import _, ngettext
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import Column, sort_runs
from mlcore.runs.library.groups import RunGroup, experiments, together

__all__ = [
    "GroupRows",
    "group_rows",
    "row_cell",
    "row_name",
    "row_of",
    "row_state",
    "switch",
    "toggle",
]

_ALL, _OPENED = "runs-group-alike", "runs-groups-opened"
_MEANS = {
    "loss": "loss",
    "best": "best_validation_accuracy",
    "test": "test_accuracy",
    "duration": "seconds",
    "pace": "images_per_second",
}
"""Column → the figure of a run whose mean over a group stands in it."""

_PREFIX = "group-"


def switch() -> None:
    """Whether also runs that were not started together are grouped."""
    st.toggle(
        _("Group by all settings but the seed"),
        key=_ALL,
        persist_state="session",
        help=_("Runs that were started together as one experiment are a group in any case."),
    )


def toggle(row: str) -> bool:
    """Open or close the group of a row; False: the row is that of a run."""
    if not row.startswith(_PREFIX):
        return False
    opened: set[str] = st.session_state.setdefault(_OPENED, set())
    opened ^= {row}
    return True


@dataclass(frozen=True)
class GroupRows:
    """Runs and groups in the order of the table.

    Attributes:
        rows: a run, or a group of two or more.
    """

    rows: tuple[RunInfo | RunGroup, ...]

    def selected(self, runs: Iterable[str]) -> tuple[str, ...]:
        """The ids of selected runs, and the rows of the groups that are selected wholly."""
        chosen = list(runs)
        return (*chosen, *(row_of(group) for group in self._whole(chosen)))

    def choice(self, before: Iterable[str], asked: Sequence[str]) -> list[str]:
        """The runs that a person means who had these selected, and asks for these rows."""
        rows = set(asked)
        held = {row_of(group) for group in self._whole(before)}
        chosen = dict.fromkeys(row for row in asked if not row.startswith(_PREFIX))
        for group in self._groups:
            row, members = row_of(group), [info.id for info in group.runs]
            if row in rows and row not in held:
                chosen |= dict.fromkeys(members)
            elif row in held and row not in rows:
                chosen = {run: None for run in chosen if run not in members}
        return list(chosen)

    @property
    def _groups(self) -> list[RunGroup]:
        return [row for row in self.rows if isinstance(row, RunGroup)]

    def _whole(self, runs: Iterable[str]) -> list[RunGroup]:
        chosen = set(runs)
        return [group for group in self._groups if {info.id for info in group.runs} <= chosen]


def group_rows(listed: Sequence[RunInfo], column: Column, *, descending: bool) -> GroupRows:
    """The runs that are listed, those of a group below its row where it is open, sorted.

    A group is sorted by the mean over its runs, and not by the luckiest of them.
    """
    found = together(listed) if st.session_state.get(_ALL) else experiments(listed)
    groups = {mean_of(group).id: group for group in found if len(group.runs) > 1}
    grouped = {info.id for group in groups.values() for info in group.runs}
    alone = [info for info in listed if info.id not in grouped]
    ordered = sort_runs(
        [*alone, *(mean_of(group) for group in groups.values())], column, descending=descending
    )
    opened: set[str] = st.session_state.get(_OPENED, set())
    rows: list[RunInfo | RunGroup] = []
    for info in ordered:
        group = groups.get(info.id)
        rows.append(group or info)
        if group is not None and row_of(group) in opened:
            rows += group.runs
    return GroupRows(tuple(rows))


def row_of(group: RunGroup) -> str:
    """The id of a group's row."""
    return f"{_PREFIX}{group.id}"


def mean_of(group: RunGroup) -> RunInfo:
    """A run that stands for a group: its figures are means over the finished runs."""
    spreads = {name: group.figure(attrgetter(name)) for name in _MEANS.values()}
    means = {name: found.mean if found else None for name, found in spreads.items()}
    newest = max(group.runs, key=lambda info: info.created)
    return replace(newest, id=row_of(group), **means)  # type: ignore[arg-type]


def row_name(group: RunGroup) -> str:
    """What the link of a group's row says; the sign before it says whether it is open."""
    opened: set[str] = st.session_state.get(_OPENED, set())
    return f"{'▾' if row_of(group) in opened else '▸'} {group_name(group)}"


def row_state(group: RunGroup) -> str:
    """The state of a group: that of its first run that has not finished, else finished."""
    return next((info.state for info in group.runs if info.state != "finished"), "finished")


def row_cell(column: Column, group: RunGroup) -> tuple[str, str]:
    """A group's cell: the mean, and its spread in small."""
    mean, count = mean_of(group), len(group.runs)
    if column.name == "state":
        done = len(group.finished)
        text = ngettext("{done} of {n} finished", "{done} of {n} finished", count, done=done)
        return (state_name("finished") if done == count else text), ""
    text = cell_text(column, mean)
    if column.name == "train.seed":
        return ", ".join(str(seed) for seed in group.seeds), ""
    if column.name not in _MEANS:
        return text, ""
    name = _MEANS[column.name]
    found = group.figure(attrgetter(name))
    if found is None or found.sd is None:
        return text, ""
    sd = cell_text(column, replace(mean, **{name: found.sd})).removesuffix(" %")
    return text, f"± {sd} (n = {found.n})"
