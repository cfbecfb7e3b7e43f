"""How this session looks at the table of runs; the address carries it, so that a link does too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.session import places
from mlcore.errors import SettingsError
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS, Column, find_column, sort_runs
from mlcore.runs.library.condition import LONGEST_CONDITION, Condition, parse_condition

__all__ = [
    "DIFFERING",
    "RunView",
    "choose_columns",
    "choose_part",
    "current_view",
    "filter_by",
    "part",
    "select",
    "sort_by",
    "write_in_address",
]

DIFFERING = "differing"
"""In place of a column: the settings that differ among the runs shown."""

DEFAULT_COLUMNS = (
    *("state", "best", "test", "epoch", DIFFERING, "tag", "data.name"),
    *("duration", "pace", "created", "note"),
)
"""The columns after the name's, unless a person chose others."""

_WHERE, _SORT, _COLUMNS, _SELECTED, _PART = "where", "sort", "columns", "selected", "view"
_IN_ADDRESS = 40  # selected runs; more would make an address that nothing takes
_NEWEST = "created"


@dataclass(frozen=True, slots=True)
class RunView:
    """What is listed, how, and what is selected.

    Attributes:
        where: the condition as it was typed.
        sort: name of the column by which runs are sorted.
        descending: the highest first.
        columns: names of columns, `DIFFERING` among them.
        selected: ids; they may have been deleted since.
    """

    where: str
    sort: str
    descending: bool
    columns: tuple[str, ...]
    selected: tuple[str, ...]

    def condition(self) -> Condition:
        """The condition.

        Raises:
            SettingsError: it cannot be read.
        """
        return parse_condition(self.where)

    def listed(self, runs: Sequence[RunInfo]) -> list[RunInfo]:
        """The runs that are listed, in order; all of them where the condition cannot be read."""
        try:
            holds = self.condition().holds
        except SettingsError:
            found = list(runs)
        else:
            found = [info for info in runs if holds(info)]
        return sort_runs(found, COLUMNS[self.sort], descending=self.descending)

    def selection(self, runs: Iterable[RunInfo]) -> list[RunInfo]:
        """The selected runs that exist, in the order in which they were selected."""
        by_id = {info.id: info for info in runs}
        return [by_id[run] for run in self.selected if run in by_id]


def current_view() -> RunView:
    """The view as the address says, or as it was changed since."""
    sort = places.place(_SORT) or f"-{_NEWEST}"
    column = find_column(sort.removeprefix("-"))
    named = places.place(_COLUMNS)
    return RunView(
        where=(places.place(_WHERE) or "")[: LONGEST_CONDITION + 1],
        sort=column.name if column else _NEWEST,
        descending=sort.startswith("-") or column is None,
        columns=DEFAULT_COLUMNS if named is None else _columns(named),
        selected=tuple(dict.fromkeys(filter(None, (places.place(_SELECTED) or "").split(",")))),
    )


def filter_by(where: str) -> None:
    """List the runs that meet this condition."""
    places.go_to(**{_WHERE: where.strip() or None})


def sort_by(column: Column) -> None:
    """Sort by this column: what is better or newer first, and the other way at the second time."""
    view = current_view()
    first = column.kind not in ("text", "tags", "choice", "switch", "sizes") and not column.setting
    down = not view.descending if view.sort == column.name else first
    places.go_to(**{_SORT: f"{'-' if down else ''}{column.name}"})


def choose_columns(names: Sequence[str]) -> None:
    """Show these columns."""
    same = tuple(names) == DEFAULT_COLUMNS
    places.go_to(**{_COLUMNS: None if same else ",".join(names)})


def select(runs: Iterable[str]) -> None:
    """Select these runs, and no others."""
    places.go_to(**{_SELECTED: ",".join(dict.fromkeys(runs)) or None})


def part(names: Sequence[str]) -> str:
    """Which of these parts below the table is shown."""
    held = places.place(_PART)
    return held if held is not None and held in names else names[0]


def choose_part(name: str) -> None:
    """Show this part from now on."""
    places.go_to(**{_PART: name})


def write_in_address(parts: Sequence[str]) -> None:
    """Make the address carry the view; `parts` are those there are, the first of them unsaid."""
    view, shown = current_view(), part(parts)
    few = view.selected if len(view.selected) <= _IN_ADDRESS else ()
    sort = f"{'-' if view.descending else ''}{view.sort}"
    places.write_in_address(
        {
            _WHERE: view.where or None,
            _SORT: None if sort == f"-{_NEWEST}" else sort,
            _COLUMNS: places.place(_COLUMNS),
            _SELECTED: ",".join(few) or None,
            _PART: None if shown == parts[0] else shown,
        }
    )


def _columns(text: str) -> tuple[str, ...]:
    """Those names of columns that there are."""
    found: dict[str, None] = {}
    for name in text.split(","):
        column = find_column(name)
        if name == DIFFERING or column is not None:
            found[column.name if column else name] = None
    return tuple(found)
