"""The confusion matrix: rows are true classes, columns the predicted ones.

It has two colour scales. The diagonal, which holds nearly everything once a model is good, has a
quiet one of its own; the mistakes have a loud one, from none to the commonest, and their colour
grows with the square root of the value, so that a single mistake can still be seen.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from dashboard.charts.ink import colour_at, ink_on
from dashboard.charts.theme import Palette, Scale, layout
from dashboard.words.translation import _
from dashboard.words.wording import percent, with_article

__all__ = [
    "Cell",
    "ConfusionInfo",
    "cell_words",
    "class_axes",
    "confusion_figure",
    "confusion_info",
    "frequent_mistakes",
    "written",
]

Unit = Literal["counts", "percent", "column"]
_Layer = list[list[float | None]]
_HEIGHT = 520  # pixels
_MOST_WRITTEN = 26  # classes; with more, the cells are too small to write in


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One true class against one predicted class."""

    true: int  # row
    predicted: int  # column
    count: int
    total: int  # images of the row
    column: int  # images predicted as the class

    @property
    def share(self) -> float:
        """Of the row, 0 to 1; 0 in a row without images."""
        return self.count / self.total if self.total else 0.0

    @property
    def column_share(self) -> float:
        """Of the column, 0 to 1; 0 in a column without images."""
        return self.count / self.column if self.column else 0.0


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
        unit: what is written in the cells: counts, or per cent of the row or of the column.
    """
    columns = [sum(column) for column in zip(*confusion, strict=True)]
    rows = tuple(
        tuple(
            Cell(
                true=true,
                predicted=predicted,
                count=count,
                total=sum(row),
                column=columns[predicted],
            )
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


def confusion_figure(
    info: ConfusionInfo, palette: Palette, chosen: tuple[int | None, int | None] = (None, None)
) -> go.Figure:
    """Draw the matrix; each cell can be clicked, its point carries (true, predicted).

    Args:
        info: the cells.
        palette: colours.
        chosen: true and predicted class to frame, None for any: a cell, a row or a column.
    """
    figure = go.Figure(
        [
            _heatmap(_diagonal(info), palette.right_scale, 1.0),
            _heatmap(_mistakes(info), palette.wrong_scale, _top(_mistakes(info))),
            *_writing(info, palette),
            _targets(info),
        ]
    )
    figure.update_layout(
        **layout(palette, height=_HEIGHT),
        hovermode="closest",
        hoverdistance=-1,
        dragmode=False,
        showlegend=False,
    )
    class_axes(figure, info.classes)
    if chosen != (None, None):
        figure.add_shape(**_frame(chosen, len(info.classes)), line={"color": palette.text})
    return figure


def class_axes(figure: go.Figure, classes: Sequence[str]) -> None:
    """Axes of a matrix: predicted classes above, true ones from top to bottom."""
    last = len(classes) - 0.5
    ticks: dict[str, Any] = {
        "tickvals": list(range(len(classes))),
        "ticktext": list(classes),
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
    }
    figure.update_xaxes(title_text=_("predicted"), side="top", range=[-0.5, last], **ticks)
    figure.update_yaxes(title_text=_("true"), range=[last, -0.5], **ticks)


def written(texts: Sequence[tuple[int, int, str, str]], palette: Palette) -> list[go.Scatter]:
    """Texts in the cells of a matrix: row, column, text and the colour below it.

    A trace an ink: the text of a heatmap has one ink for all cells, and that of a scatter fades
    where another point is selected.
    """
    inks = defaultdict(list)
    for row, column, text, background in texts:
        inks[ink_on(background, palette)].append((row, column, text))
    return [
        go.Scatter(
            x=[column for _, column, _ in cells],
            y=[row for row, *_ in cells],
            text=[text for *_, text in cells],
            mode="text",
            textfont={"color": ink},
            selected={"textfont": {"color": ink}},
            unselected={"textfont": {"color": ink}},
            hoverinfo="skip",
        )
        for ink, cells in inks.items()
    ]


def _frame(chosen: tuple[int | None, int | None], classes: int) -> dict[str, Any]:
    (top, bottom), (left, right) = (
        (0, classes - 1) if number is None else (number, number) for number in chosen
    )
    return {
        "type": "rect",
        "x0": left - 0.5,
        "x1": right + 0.5,
        "y0": top - 0.5,
        "y1": bottom + 0.5,
    }


def _writing(info: ConfusionInfo, palette: Palette) -> list[go.Scatter]:
    """What is written in the cells; nothing where they are too small."""
    if len(info.classes) > _MOST_WRITTEN:
        return []
    diagonal, mistakes = _diagonal(info), _mistakes(info)
    top = _top(mistakes)
    texts = []
    for cell in info.cells:
        text = _text(info, cell)
        share, loud = diagonal[cell.true][cell.predicted], mistakes[cell.true][cell.predicted]
        if text and share is not None:
            texts.append((cell.true, cell.predicted, text, colour_at(palette.right_scale, share)))
        elif text and loud is not None:
            colour = colour_at(palette.wrong_scale, loud / top)
            texts.append((cell.true, cell.predicted, text, colour))
    return written(texts, palette)


def _text(info: ConfusionInfo, cell: Cell) -> str:
    """The text of the cell; nothing for a mistake that was never made."""
    if not cell.count and cell.true != cell.predicted:
        return ""
    return f"{cell.count:,}" if info.unit == "counts" else f"{_share(info, cell) * 100:.1f}"


def _heatmap(z: _Layer, scale: Scale, top: float) -> go.Heatmap:
    """One of the two layers: where `z` is None, it shows nothing."""
    return go.Heatmap(
        z=z,
        xgap=1,
        ygap=1,
        hoverinfo="skip",
        showscale=False,
        zmin=0,
        zmax=top,
        colorscale=list(scale),
    )


def _diagonal(info: ConfusionInfo) -> _Layer:
    """Recognised images, by their share of the row or column."""
    return [
        [_share(info, cell) if cell.true == cell.predicted else None for cell in row]
        for row in info.rows
    ]


def _mistakes(info: ConfusionInfo) -> _Layer:
    """Mistakes, the commonest at the loud end of the scale."""
    return [
        [None if cell.true == cell.predicted else math.sqrt(_value(info, cell)) for cell in row]
        for row in info.rows
    ]


def _top(z: _Layer) -> float:
    return max((value for row in z for value in row if value is not None), default=0.0) or 1.0


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
    return float(cell.count) if info.unit == "counts" else _share(info, cell)


def _share(info: ConfusionInfo, cell: Cell) -> float:
    return cell.column_share if info.unit == "column" else cell.share
