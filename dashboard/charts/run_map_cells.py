"""What a map of two settings shows: a cell for each pair of values, with what its runs came to."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts.run_axes import RunAxis, run_axis
from dashboard.charts.table import Table
from dashboard.words.progress import ACTIVE
from dashboard.words.run_cells import column_label, column_text
from dashboard.words.run_names import state_name
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import listed, short
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import Column
from mlcore.words import NO_FIGURE

__all__ = ["MOST_VALUES", "MapCell", "MapInfo", "map_info", "map_table"]

MOST_VALUES = 24
"""Values of a setting that have room along an axis; more numbers share ranges."""

_RANGES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCell:
    """A pair of values.

    Attributes:
        row, column: where it stands, from 0.
        runs: ids of its runs, the best first.
        value: the mean of their figures, a share 0 to 1; None where none has come to one.
        text: the same as it is read.
        note: how many runs, and what became of those without a figure.
    """

    row: int
    column: int
    runs: tuple[str, ...]
    value: float | None
    text: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapInfo:
    """What the chart shows.

    Attributes:
        across, up: labels of the two settings.
        columns, rows: their values as they are read, in their order.
        figure: label of the figure.
        share: the figure is a share, the higher the better; else a loss.
        cells: of the pairs that have a run.
    """

    across: str
    up: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    figure: str
    share: bool
    cells: tuple[MapCell, ...]

    @property
    def best(self) -> MapCell | None:
        """The cell with the best mean; None where no run has come to a figure."""
        known = [(cell.value, cell) for cell in self.cells if cell.value is not None]
        pick = max if self.share else min
        return pick(known, key=lambda pair: pair[0])[1] if known else None


def map_info(runs: Sequence[RunInfo], across: Column, up: Column, shown: Column) -> MapInfo:
    """Gather what the chart shows.

    Args:
        runs: those of the map.
        across: one setting.
        up: another.
        shown: the figure: of kind "share", or a loss.
    """
    x, y = run_axis(across, runs), run_axis(up, runs)
    (columns, column_of), (rows, row_of) = _places(x), _places(y)
    pairs: dict[tuple[int, int], list[RunInfo]] = defaultdict(list)
    for info, right, above in zip(runs, column_of, row_of, strict=True):
        if right is not None and above is not None:
            pairs[above, right].append(info)
    return MapInfo(
        across=x.label,
        up=y.label,
        columns=columns,
        rows=rows,
        figure=column_label(shown),
        share=shown.kind == "share",
        cells=tuple(_cell(*place, inside, shown) for place, inside in sorted(pairs.items())),
    )


def map_table(info: MapInfo) -> Table:
    """The same as a table, a row for each value of the setting that goes up."""
    cells = {(cell.row, cell.column): cell.text for cell in info.cells}
    return Table(
        (_("{up}, by {across}", up=info.up, across=info.across), *info.columns),
        tuple(
            (name, *(cells.get((row, column), "") for column in range(len(info.columns))))
            for row, name in enumerate(info.rows)
        ),
    )


def _places(one: RunAxis) -> tuple[tuple[str, ...], list[int | None]]:
    """What stands along an axis, in its order, and the place of each run there.

    Each value has a place of its own; too many numbers share ranges of equal width, as the axis is
    drawn. Runs of too many names, or without a number among too many, have none.
    """
    pairs = zip(one.values, one.texts, strict=True)
    texts = [*dict.fromkeys(text for _value, text in sorted(pairs, key=_first_known))]
    if len(texts) <= MOST_VALUES:
        return tuple(texts), [texts.index(text) for text in one.texts]
    if one.names:
        return (), [None] * len(one.texts)
    shares = [one.share(index) for index in range(len(one.values))]
    low, high = one.span
    edges = [low + (high - low) * place / _RANGES for place in range(_RANGES + 1)]
    ends = [short(10**edge if one.log else edge, 2) for edge in edges]
    ranges = [_("{low} to {high}", low=a, high=b) for a, b in itertools.pairwise(ends)]
    return tuple(ranges), [
        None if share is None else min(int(share * _RANGES), _RANGES - 1) for share in shares
    ]


def _first_known(pair: tuple[float | None, str]) -> tuple[bool, float, str]:
    value, text = pair
    return value is None, value or 0.0, text


def _cell(row: int, column: int, runs: Sequence[RunInfo], shown: Column) -> MapCell:
    found = [(_number(shown.read(info)), info) for info in runs]
    known = sorted(
        ((value, info.id) for value, info in found if value is not None),
        reverse=shown.kind == "share",
    )
    mean = math.fsum(value for value, _run in known) / len(known) if known else None
    without = [info for value, info in found if value is None]
    notes = [ngettext("{n:,} run", "{n:,} runs", len(runs))]
    notes += dict.fromkeys(
        state_name(info.state) for info in runs if info.state in ACTIVE or info in without
    )
    return MapCell(
        row=row,
        column=column,
        runs=(*(run for _value, run in known), *(info.id for info in without)),
        value=mean,
        text=NO_FIGURE if mean is None else column_text(shown, mean),
        note=listed(notes),
    )


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) and math.isfinite(cell) else None
