"""ROC and precision-recall curves of the classes, each against the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.signs import class_line, class_mark
from dashboard.charts.theme import Palette, layout
from dashboard.words.translation import _
from dashboard.words.wording import as_label
from mlcore.insight.answers import Floats
from mlcore.insight.curves import ClassCurves

__all__ = ["CurvesInfo", "Kind", "curves_figure", "curves_info"]

Kind = Literal["roc", "precision"]
_MOST = 10  # curves drawn; of more classes those with the smallest areas
_POINTS = 300  # of a curve, that are drawn
_GOOD = 0.95  # areas from here on leave only a corner to look at
_MARKS = 7  # of a curve, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One class's curve."""

    number: int  # of the class
    label: str
    area: float
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesInfo:
    """The curves to draw.

    Attributes:
        kind: "roc", or "precision" against recall.
        curves: in the order of the classes.
        left_out: classes without images, or with a larger area than those drawn.
        corner: only the corner is worth drawing, as all areas are large.
    """

    kind: Kind
    curves: tuple[Curve, ...]
    left_out: int
    corner: bool


def curves_info(curves: Sequence[ClassCurves], classes: Sequence[str], kind: Kind) -> CurvesInfo:
    """Choose what to draw: all classes where they are few, else the worst; thinned to the eye."""
    areas = {
        number: area
        for number, one in enumerate(curves)
        if (area := one.roc_auc if kind == "roc" else one.average_precision) is not None
    }
    drawn = sorted(sorted(areas, key=lambda number: areas[number])[:_MOST])
    shown = []
    for number in drawn:
        x, y = _points(curves[number], kind)
        label = as_label(classes[number])
        shown.append(Curve(number=number, label=label, area=areas[number], x=x, y=y))
    return CurvesInfo(
        kind=kind,
        curves=tuple(shown),
        left_out=len(curves) - len(shown),
        corner=bool(shown) and min(curve.area for curve in shown) >= _GOOD,
    )


def curves_figure(info: CurvesInfo, palette: Palette) -> go.Figure:
    """Draw the curves; a double click shows the whole square."""
    roc = info.kind == "roc"
    figure = go.Figure(
        [
            go.Scatter(
                x=curve.x,
                y=curve.y,
                name=curve.label,
                mode="lines+markers",
                line=class_line(curve.number, palette) | {"width": 2, "shape": "linear"},
                marker=class_mark(curve.number, palette) | {"size": 7, "maxdisplayed": _MARKS},
                hovertemplate=f"{_hover(curve, info.kind)}<extra></extra>",
            )
            for curve in info.curves
        ]
    )
    figure.update_layout(**layout(palette, height=520), hovermode="closest")
    figure.update_layout(legend={"y": -0.16, "yanchor": "top"}, margin={"r": 16})
    low, high = (0.9, 0.1) if info.corner else (0.0, 1.0)
    if roc:
        figure.update_xaxes(title_text=_("False positives, of the other classes"))
        figure.update_yaxes(title_text=_("True positives, of the class"))
        figure.update_xaxes(range=[-0.003 * high, high])
    else:
        figure.update_xaxes(title_text=_("Recall"), range=[low, 1.003])
        figure.update_yaxes(title_text=_("Precision"))
    figure.update_yaxes(range=[low, 1.003])
    figure.update_xaxes(zeroline=False, tickformat=".0%")
    figure.update_yaxes(zeroline=False, tickformat=".0%")
    return figure


def _hover(curve: Curve, kind: Kind) -> str:
    values = {"label": curve.label, "area": f"{curve.area:.4f}", "x": "%{x:.2%}", "y": "%{y:.2%}"}
    if kind == "roc":
        return _("{label}: {y} found at {x} false positives (area {area})", **values)
    return _("{label}: precision {y} at recall {x} (average {area})", **values)


def _points(curves: ClassCurves, kind: Kind) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The corners of a curve, thinned where they are many."""
    if kind == "roc":
        x, y = curves.false_positives, curves.true_positives
    else:
        x, y = curves.true_positives, curves.precision
    kept = _corners(x, y)
    if len(kept) > _POINTS:
        kept = kept[np.unique(np.linspace(0, len(kept) - 1, _POINTS).round().astype(int))]
    return tuple(x[kept].round(6).tolist()), tuple(y[kept].round(6).tolist())


def _corners(x: Floats, y: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Indices of the points that do not lie on the line between their neighbours."""
    if len(x) < 3:
        return np.arange(len(x))
    turns = np.diff(x)[:-1] * np.diff(y)[1:] != np.diff(x)[1:] * np.diff(y)[:-1]
    return np.flatnonzero(np.concatenate([[True], turns, [True]]))
