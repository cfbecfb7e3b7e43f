"""The confusion matrix drawn: rows are true classes, columns the predicted ones.

It has two colour scales. The diagonal, which holds nearly everything once a model is good, has a
quiet one of its own; the mistakes have a loud one, from none to the commonest, and their colour
grows with the square root of the value, so that a single mistake can still be seen.
"""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.confusion_cells import Cell, ConfusionInfo, cell_words
from dashboard.charts.ink import colour_at
from dashboard.charts.matrix_frame import class_axes, written
from dashboard.charts.theme import Palette, Scale, layout
from dashboard.words.wording import figure

__all__ = ["confusion_figure"]

_Layer = list[list[float | None]]
_HEIGHT = 520  # pixels
_MOST_WRITTEN = 26  # classes; with more, the cells are too small to write in


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
    return f"{cell.count:,}" if info.unit == "counts" else figure(_share(info, cell) * 100, 1)


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
