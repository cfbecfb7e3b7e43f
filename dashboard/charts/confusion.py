"""The confusion matrix: rows are true classes, columns the predicted ones.

It has two colour scales. The diagonal, which holds nearly everything once a model is good, has a
quiet one of its own; the mistakes have a loud one, from none to the commonest, and their colour
grows with the square root of the value, so that a single mistake can still be seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, layout
from dashboard.words.translation import _
from dashboard.words.wording import percent, with_article

__all__ = [
    "Cell",
    "ConfusionInfo",
    "cell_words",
    "confusion_figure",
    "confusion_info",
    "frequent_mistakes",
]

Unit = Literal["counts", "percent"]
_HEIGHT = 520  # pixels
_MOST_WRITTEN = 26  # classes; with more, the cells are too small to write in


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One true class against one predicted class."""

    true: int  # row
    predicted: int  # column
    count: int
    total: int  # images of the row

    @property
    def share(self) -> float:
        """Of the row, 0 to 1; 0 in a row without images."""
        return self.count / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionInfo:
    """What the chart of a confusion matrix shows."""

    classes: tuple[str, ...]
    unit: Unit
    rows: tuple[tuple[Cell, ...], ...]  # rows[true][predicted]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, row after row."""
        return tuple(cell for row in self.rows for cell in row)


def confusion_info(
    confusion: Sequence[Sequence[int]], classes: Sequence[str], unit: Unit = "counts"
) -> ConfusionInfo:
    """Split a confusion matrix into cells.

    Args:
        confusion: (C, C) counts, rows true, columns predicted.
        classes: the C names.
        unit: what is written in the cells: counts, or per cent of the row.
    """
    rows = tuple(
        tuple(
            Cell(true=true, predicted=predicted, count=count, total=sum(row))
            for predicted, count in enumerate(row)
        )
        for true, row in enumerate(confusion)
    )
    return ConfusionInfo(classes=tuple(classes), unit=unit, rows=rows)


def frequent_mistakes(info: ConfusionInfo, most: int) -> tuple[Cell, ...]:
    """The mistakes that are made most often, the commonest first; at most `most` of them."""
    wrong = [cell for cell in info.cells if cell.true != cell.predicted and cell.count]
    return tuple(sorted(wrong, key=lambda cell: -cell.count)[:most])


def cell_words(cell: Cell, classes: Sequence[str]) -> str:
    """A cell in words: "a 4 mistaken for a 9: 23 of 982 (2.3 %)"."""
    values = {
        "true": with_article(classes[cell.true]),
        "predicted": with_article(classes[cell.predicted]),
        "count": cell.count,
        "total": cell.total,
        "share": percent(cell.share, 1),
    }
    if cell.true == cell.predicted:
        return _("{true} recognised: {count:,} of {total:,} ({share})", **values)
    return _("{true} mistaken for {predicted}: {count:,} of {total:,} ({share})", **values)


def confusion_figure(info: ConfusionInfo, palette: Palette) -> go.Figure:
    """Draw the matrix; each cell can be clicked, its point carries (true, predicted)."""
    count = len(info.classes)
    figure = go.Figure([_diagonal(info, palette), _mistakes(info, palette), _targets(info)])
    ticks: dict[str, Any] = {
        "tickvals": list(range(count)),
        "ticktext": list(info.classes),
        "range": [-0.5, count - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
    }
    figure.update_layout(
        **layout(palette, height=_HEIGHT),
        hovermode="closest",
        hoverdistance=-1,
        dragmode=False,
        showlegend=False,
    )
    figure.update_xaxes(title_text=_("predicted"), side="top", **ticks)
    upside_down = ticks | {"range": [count - 0.5, -0.5]}
    figure.update_yaxes(title_text=_("true"), **upside_down)
    return figure


def _text(info: ConfusionInfo, cell: Cell) -> str:
    """The text of the cell; nothing for a mistake that was never made."""
    if not cell.count and cell.true != cell.predicted:
        return ""
    return f"{cell.share * 100:.1f}" if info.unit == "percent" else f"{cell.count:,}"


def _heatmap(info: ConfusionInfo, z: list[list[float | None]], **settings: Any) -> go.Heatmap:
    """One of the two layers: where `z` is None, it shows and writes nothing."""
    written = len(info.classes) <= _MOST_WRITTEN
    return go.Heatmap(
        z=z,
        text=[
            ["" if value is None else _text(info, cell) for value, cell in zip(*pair, strict=True)]
            for pair in zip(z, info.rows, strict=True)
        ],
        texttemplate="%{text}" if written else None,
        xgap=1,
        ygap=1,
        hoverinfo="skip",
        showscale=False,
        zmin=0,
        **settings,
    )


def _diagonal(info: ConfusionInfo, palette: Palette) -> go.Heatmap:
    """Recognised images, by their share of the row."""
    z = [[cell.share if cell.true == cell.predicted else None for cell in row] for row in info.rows]
    return _heatmap(info, z, zmax=1, colorscale=list(palette.right_scale))


def _mistakes(info: ConfusionInfo, palette: Palette) -> go.Heatmap:
    """Mistakes, the commonest at the loud end of the scale."""
    z = [
        [None if cell.true == cell.predicted else math.sqrt(_value(info, cell)) for cell in row]
        for row in info.rows
    ]
    top = max((value for row in z for value in row if value is not None), default=0.0)
    return _heatmap(info, z, zmax=top or 1.0, colorscale=list(palette.wrong_scale))


def _targets(info: ConfusionInfo) -> go.Scatter:
    """Invisible points over the cells: heatmaps cannot be clicked."""
    cells = info.cells
    return go.Scatter(
        x=[cell.predicted for cell in cells],
        y=[cell.true for cell in cells],
        mode="markers",
        marker={"opacity": 0, "size": 28, "symbol": "square"},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[[cell.true, cell.predicted] for cell in cells],
        hovertext=[cell_words(cell, info.classes) for cell in cells],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _value(info: ConfusionInfo, cell: Cell) -> float:
    return cell.share if info.unit == "percent" else float(cell.count)
