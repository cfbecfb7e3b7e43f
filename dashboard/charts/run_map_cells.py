"""What a map of two settings shows: a cell for each pair of values, with what its runs came to."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts.run_axes import RunAxis, run_axis
from dashboard.charts.table import Table
from dashboard.charts.trial_kinds import KIND_NAMES, Kind, TrialsOfRuns
from dashboard.words.progress import ACTIVE
from dashboard.words.run_cells import column_label, column_text
from dashboard.words.run_names import state_name
from dashboard.words.translation import _, ngettext, translated
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
        value: the mean of their figures, a share 0 to 1; of trials of a sweep the best figure of
            those that were trained to their end. None where there is none.
        text: the same as it is read.
        note: how many runs, and what became of those without a figure.
        first: place among all runs of its best one.
        kind: of trials of which none was trained to its end, what they are; None: nothing to say.
    """

    row: int
    column: int
    runs: tuple[str, ...]
    value: float | None
    text: str
    note: str
    first: int = 0
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapInfo:
    """What the chart shows.

    Attributes:
        across, up: labels of the two settings.
        columns, rows: their values as they are read, in their order.
        column_edges, row_edges: where these are ranges, what is written between them and at both
            ends; else empty.
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
    column_edges: tuple[str, ...] = ()
    row_edges: tuple[str, ...] = ()

    @property
    def best(self) -> MapCell | None:
        """The cell with the best value, of equals that of the earlier run; None: none has one."""
        known = [
            (-cell.value if self.share else cell.value, cell.first, cell)
            for cell in self.cells
            if cell.value is not None
        ]
        return min(known, key=lambda one: one[:2])[-1] if known else None


def map_info(
    runs: Sequence[RunInfo],
    across: Column,
    up: Column,
    shown: Column,
    trials: TrialsOfRuns | None = None,
) -> MapInfo:
    """Gather what the chart shows.

    Args:
        runs: those of the map.
        across: one setting.
        up: another.
        shown: the figure: of kind "share", or a loss.
        trials: what is known of the runs where they are the trials of a sweep.
    """
    x, y = run_axis(across, runs), run_axis(up, runs)
    (columns, column_of, column_edges), (rows, row_of, row_edges) = _places(x), _places(y)
    pairs: dict[tuple[int, int], list[tuple[int, RunInfo]]] = defaultdict(list)
    for index, (info, right, above) in enumerate(zip(runs, column_of, row_of, strict=True)):
        if right is not None and above is not None:
            pairs[above, right].append((index, info))
    return MapInfo(
        across=x.label,
        up=y.label,
        columns=columns,
        rows=rows,
        figure=column_label(shown),
        share=shown.kind == "share",
        cells=tuple(_cell(*at, inside, shown, trials) for at, inside in sorted(pairs.items())),
        column_edges=column_edges,
        row_edges=row_edges,
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


def _places(one: RunAxis) -> tuple[tuple[str, ...], list[int | None], tuple[str, ...]]:
    """What stands along an axis, in its order, the place of each run there, and ends of ranges.

    Each value has a place of its own; too many numbers share ranges of equal width, as the axis is
    drawn. Runs of too many names, or without a number among too many, have none.
    """
    pairs = zip(one.values, one.texts, strict=True)
    texts = [*dict.fromkeys(text for _value, text in sorted(pairs, key=_first_known))]
    if len(texts) <= MOST_VALUES:
        return tuple(texts), [texts.index(text) for text in one.texts], ()
    if one.names:
        return (), [None] * len(one.texts), ()
    shares = [one.share(index) for index in range(len(one.values))]
    low, high = one.span
    edges = [low + (high - low) * place / _RANGES for place in range(_RANGES + 1)]
    ends = [short(10**edge if one.log else edge, 2) for edge in edges]
    ranges = [_("{low} to {high}", low=a, high=b) for a, b in itertools.pairwise(ends)]
    places = [None if share is None else min(int(share * _RANGES), _RANGES - 1) for share in shares]
    return tuple(ranges), places, tuple(ends)


def _first_known(pair: tuple[float | None, str]) -> tuple[bool, float, str]:
    value, text = pair
    return value is None, value or 0.0, text


def _cell(
    row: int,
    column: int,
    inside: Sequence[tuple[int, RunInfo]],
    shown: Column,
    trials: TrialsOfRuns | None,
) -> MapCell:
    """A cell of the runs of a pair of values, each with its place among all runs."""
    found = [(_number(shown.read(info)), index, info) for index, info in inside]
    known = [(value, index, info) for value, index, info in found if value is not None]
    known.sort(key=lambda one: -one[0] if shown.kind == "share" else one[0])  # equal: the earlier
    if trials is not None:
        infos = [info for _index, info in inside]
        whole = [value for value, _index, info in known if trials.kinds.get(info.id) == "whole"]
        known.sort(key=lambda one: trials.kinds.get(one[2].id) != "whole")
        value = whole[0] if whole else None
        kind = None if whole else _kind(infos, trials)
        note = _trials_note(infos, trials)
    else:
        value = math.fsum(one[0] for one in known) / len(known) if known else None
        kind, note = None, _runs_note(found)
    without = [one for one in found if one[0] is None]
    ordered = [(index, info.id) for _value, index, info in (*known, *without)]
    text = translated(KIND_NAMES[kind]) if kind else NO_FIGURE
    return MapCell(
        row=row,
        column=column,
        runs=tuple(run for _index, run in ordered),
        value=value,
        text=text if value is None else column_text(shown, value),
        note=note,
        first=ordered[0][0],
        kind=kind,
    )


def _kind(runs: Sequence[RunInfo], trials: TrialsOfRuns) -> Kind | None:
    """What trials are of which none was trained to its end."""
    kinds = {trials.kinds.get(info.id) for info in runs}
    return "open" if "open" in kinds else "partial" if "partial" in kinds else None


def _runs_note(found: Sequence[tuple[float | None, int, RunInfo]]) -> str:
    notes = [ngettext("{n:,} run", "{n:,} runs", len(found))]
    notes += dict.fromkeys(
        state_name(info.state)
        for value, _index, info in found
        if info.state in ACTIVE or value is None
    )
    return listed(notes)


def _trials_note(runs: Sequence[RunInfo], trials: TrialsOfRuns) -> str:
    """How many trials, and in which states: "3 trials: 1 complete, 2 pruned"."""
    states = Counter(trials.states[info.id] for info in runs)
    return _(
        "{trials}: {states}",
        trials=ngettext("{n:,} trial", "{n:,} trials", len(runs)),
        states=listed(
            [_("{n:,} {state}", n=count, state=state) for state, count in states.items()]
        ),
    )


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) and math.isfinite(cell) else None
