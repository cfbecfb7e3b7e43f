"""Columns of runs as axes of a chart: numbers on a linear or logarithmic one, or names in a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.words.run_cells import column_label, column_text
from dashboard.words.translation import _
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import Cell, Column

__all__ = ["RunAxis", "run_axis"]

_NUMBERS = ("count", "number", "share", "seconds", "moment")
_WIDE = 20.0  # ratio of the largest to the smallest from which an axis is logarithmic


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAxis:
    """A column as an axis.

    Attributes:
        name: of the column.
        label: its title, with its unit.
        values: of each run; None where nothing is known.
        texts: the same as they are read.
        names: what the whole numbers on the axis are called, where it has names; else empty.
        log: it is logarithmic.
    """

    name: str
    label: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    names: tuple[str, ...] = ()
    log: bool = False

    @property
    def span(self) -> tuple[float, float]:
        """The smallest and the largest value, as they are drawn; 0 and 1 where there is none."""
        drawn = [self.drawn(value) for value in self.values if value is not None]
        return (min(drawn), max(drawn)) if drawn else (0.0, 1.0)

    def drawn(self, value: float) -> float:
        """A value as it is drawn: its logarithm on a logarithmic axis."""
        return math.log10(value) if self.log else value

    def share(self, index: int) -> float | None:
        """How high on the axis a run stands, 0 to 1; in the middle where all are alike."""
        value = self.values[index]
        if value is None:
            return None
        low, high = self.span
        return (self.drawn(value) - low) / (high - low) if high > low else 0.5


def run_axis(column: Column, runs: Sequence[RunInfo]) -> RunAxis:
    """A column of these runs as an axis."""
    cells = [column.read(info) for info in runs]
    texts = tuple(column_text(column, cell) for cell in cells)
    label = column_label(column)
    if column.kind in _NUMBERS:
        values = tuple(_number(column, cell) for cell in cells)
        known = [value for value in values if value is not None]
        log = bool(known) and min(known) > 0 and max(known) / min(known) >= _WIDE
        units = {"share": _("{label} (%)", label=label), "seconds": _("{label} (s)", label=label)}
        return RunAxis(
            name=column.name,
            label=units.get(column.kind, label),
            values=values,
            texts=texts,
            log=log and column.kind not in ("share", "moment"),
        )
    names = tuple(dict.fromkeys(sorted(texts, key=_natural)))
    return RunAxis(
        name=column.name,
        label=label,
        values=tuple(float(names.index(text)) for text in texts),
        texts=texts,
        names=names,
    )


def _number(column: Column, cell: Cell) -> float | None:
    if not isinstance(cell, int | float) or not math.isfinite(cell):
        return None
    return 100 * cell if column.kind == "share" else float(cell)


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Names in an order in which 64 comes before 128."""
    return tuple((int(word), "") if word.isdecimal() else (-1, word) for word in text.split())
