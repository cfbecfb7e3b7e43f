"""The way of one image through the network in words and as a table."""

from __future__ import annotations

from dashboard.charts.network_path import PathInfo, PathRow
from dashboard.charts.table import Table
from dashboard.words.translation import _
from dashboard.words.wording import as_sentence, listed_apart, percent, signed

__all__ = ["path_table", "path_words"]


def path_table(info: PathInfo) -> Table:
    """Each bar: its layer, its unit or class, and its number."""
    return Table(
        (_("Layer"), _("Unit"), _("Output")),
        tuple(
            (row.name, _unit(info, row, unit), _value(row, value))
            for row in info.rows
            for unit, value in zip(row.units, row.values, strict=True)
        ),
    )


def path_words(info: PathInfo) -> str:
    """Each row in a few words: what it is, and its largest bar."""
    parts = []
    for row in info.rows:
        unit, value = max(zip(row.units, row.values, strict=True), key=lambda bar: bar[1])
        name, number = _unit(info, row, unit), _value(row, value)
        if _has_classes(info, row):
            text = _("{row}: largest {value}, of {name}", row=row.title, value=number, name=name)
        else:
            text = _("{row}: largest {value}, unit {name}", row=row.title, value=number, name=name)
        parts.append(text)
    return as_sentence(listed_apart(parts))


def _has_classes(info: PathInfo, row: PathRow) -> bool:
    """The last two rows are the logits and the probabilities of the classes."""
    return row in info.rows[-2:]


def _unit(info: PathInfo, row: PathRow, unit: int) -> str:
    return info.classes[unit] if _has_classes(info, row) else str(unit)


def _value(row: PathRow, value: float) -> str:
    return percent(value) if row.layer == 0 else signed(value)
