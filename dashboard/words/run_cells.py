"""What stands in a cell of the table of runs."""

from __future__ import annotations

from dashboard.words.choices import setting_text
from dashboard.words.dates import recent_moment
from dashboard.words.run_names import state_name
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _, translated
from dashboard.words.wording import duration, figure, listed, percent
from mlcore.data import CATALOG
from mlcore.insight.intervals import wilson
from mlcore.insight.t_tests import spread
from mlcore.rules import Value
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import Cell, Column
from mlcore.runs.library.groups import RunGroup
from mlcore.words import NO_FIGURE, mean_percent

__all__ = ["cell_text", "column_label", "column_text", "group_text", "interval_text"]

_MOST = 3  # different texts in a group's cell


def column_label(column: Column) -> str:
    """The heading of a column."""
    return setting_label(column.name) if column.setting else translated(column.label)


def cell_text(column: Column, info: RunInfo) -> str:
    """What a run's cell of a column says; a dash where nothing is known."""
    if column.name == "epoch":
        return _("{done:,} of {all:,}", done=info.epoch, all=info.epochs)
    return column_text(column, column.read(info))


def column_text(column: Column, cell: Cell) -> str:
    """A value of a column as it is read."""
    if column.setting or column.kind == "switch":
        return setting_text(_value(cell))
    if cell is None or cell in ("", ()):
        return NO_FIGURE if column.kind not in ("text", "tags") else ""
    if isinstance(cell, tuple):
        return " ".join(f"#{item}" for item in cell)
    if isinstance(cell, str):
        return state_name(cell) if column.name == "state" else " ".join(cell.split())
    match column.kind:
        case "share":
            return percent(cell)
        case "seconds":
            return duration(cell) if cell >= 10 else _("{seconds:.1f} s", seconds=cell)
        case "moment":
            return recent_moment(cell)
        case "count":
            return f"{cell:,}"
    return f"{cell:,.0f}" if column.name == "pace" else figure(cell)


def group_text(column: Column, group: RunGroup) -> str:
    """What a group's cell of a column says: mean ± standard deviation, or what its runs share."""
    if column.name == "state":
        states = {info.state for info in group.runs}
        if len(states) == 1:
            return state_name(states.pop())
        return _("{done} of {n} finished", done=len(group.finished), n=len(group.counted))
    if column.kind in ("share", "number", "seconds") and not column.setting:
        read = [column.read(info) for info in group.finished]
        figures = [cell if isinstance(cell, float) else None for cell in read]
        found = spread(figures)
        if found is None:
            return NO_FIGURE
        if column.kind == "share":
            return mean_percent(found.mean, found.sd)
        return column_text(column, found.mean)
    texts = dict.fromkeys(cell_text(column, info) for info in group.runs)
    return (
        next(iter(texts))
        if len(texts) == 1
        else listed(list(texts)[:_MOST]) + ("…" if len(texts) > _MOST else "")
    )


def interval_text(info: RunInfo) -> str:
    """How far the test accuracy of a run may lie from what it shows: "97.49 to 98.07"; or ""."""
    if info.test_accuracy is None:
        return ""
    images = CATALOG[info.config.data.name].test_images
    low, high = wilson(round(info.test_accuracy * images), images)
    return _("{low:.2f} to {high:.2f}", low=low * 100, high=high * 100)


def _value(cell: Cell) -> Value:
    """A setting is never unknown, and never a list of texts."""
    if isinstance(cell, tuple):
        return tuple(int(item) for item in cell)
    return "" if cell is None else cell
