"""ROC and precision-recall curves of the classes, each against the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.numbers import PERCENT_AXIS, percent_at
from dashboard.charts.signs import class_line, class_mark
from dashboard.charts.table import Table
from dashboard.charts.theme import Palette, layout
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_label, figure, percent, sentences
from mlcore.insight.answers import Floats
from mlcore.insight.curves import ClassCurves

__all__ = ["CurvesInfo", "Kind", "curves_figure", "curves_info", "curves_table", "curves_words"]

Kind = Literal["roc", "precision"]
_MOST = 10  # curves drawn; of more classes those with the smallest areas
_POINTS = 300  # of a curve, that are drawn
_GOOD = 0.95  # areas from here on leave only a corner to look at
_FALSE_POSITIVES, _RECALLS = (0.001, 0.01, 0.05, 0.1), (0.5, 0.8, 0.9, 0.95, 0.99)
_MARKS = 7  # of a curve, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One class's curve."""

    number: int  # of the class
    name: str
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
        shown.append(Curve(number=number, name=classes[number], area=areas[number], x=x, y=y))
    return CurvesInfo(
        kind=kind,
        curves=tuple(shown),
        left_out=len(curves) - len(shown),
        corner=bool(shown) and min(curve.area for curve in shown) >= _GOOD,
    )


def curves_figure(info: CurvesInfo, palette: Palette) -> go.Figure:
    """Draw the curves; a double click shows the whole square."""
    roc = info.kind == "roc"
    drawn = go.Figure(
        [
            go.Scatter(
                x=[100 * x for x in curve.x],
                y=[100 * y for y in curve.y],
                name=as_label(curve.name),
                mode="lines+markers",
                line=class_line(curve.number, palette) | {"width": 2, "shape": "linear"},
                marker=class_mark(curve.number, palette) | {"size": 7, "maxdisplayed": _MARKS},
                hovertemplate=f"{_hover(curve, info.kind)}<extra></extra>",
            )
            for curve in info.curves
        ]
    )
    drawn.update_layout(**layout(palette, height=520), hovermode="closest")
    drawn.update_layout(legend={"y": -0.16, "yanchor": "top"}, margin={"r": 22})
    low, high = (90, 10) if info.corner else (0, 100)
    if roc:
        drawn.update_xaxes(title_text=_("False positives, of the other classes"))
        drawn.update_yaxes(title_text=_("True positives, of the class"))
        drawn.update_xaxes(range=[-0.003 * high, high])
    else:
        drawn.update_xaxes(title_text=_("Recall"), range=[low, 100.3])
        drawn.update_yaxes(title_text=_("Precision"))
    drawn.update_yaxes(range=[low, 100.3])
    drawn.update_xaxes(zeroline=False, **PERCENT_AXIS)
    drawn.update_yaxes(zeroline=False, **PERCENT_AXIS)
    return drawn


def curves_table(info: CurvesInfo) -> Table:
    """The area of each curve, and how high it is at some places of the other axis."""
    roc = info.kind == "roc"
    places = _FALSE_POSITIVES if roc else _RECALLS
    return Table(
        (_("Class"), _("Area"), *(_place_title(place, roc=roc) for place in places)),
        tuple(
            (
                curve.name,
                figure(curve.area),
                *(percent(_at(curve, place, roc=roc), 1) for place in places),
            )
            for curve in info.curves
        ),
    )


def _place_title(place: float, *, roc: bool) -> str:
    x = percent(place, 1)
    return _("found at {x} false positives", x=x) if roc else _("precision at recall {x}", x=x)


def curves_words(info: CurvesInfo) -> str:
    """Which class has the smallest and which the largest area; what is left out."""
    if not info.curves:
        return _("No class has images.")
    low, high = (end(info.curves, key=lambda curve: curve.area) for end in (min, max))
    parts = [
        _(
            "The smallest area below a curve is {low}, of {worst}, the largest {high}, of {best}.",
            low=figure(low.area),
            worst=low.name,
            high=figure(high.area),
            best=high.name,
        )
    ]
    if info.corner:
        parts.append(_("Only the corner is drawn; a double click shows everything."))
    if info.left_out:
        parts.append(
            ngettext(
                "{n} class with a larger area, or without images, is left out.",
                "{n} classes with larger areas, or without images, are left out.",
                info.left_out,
            )
        )
    return sentences(*parts)


def _at(curve: Curve, place: float, *, roc: bool) -> float:
    """The height of a curve: found with so few false positives, or precise with so much recall."""
    pairs = zip(curve.x, curve.y, strict=True)
    if roc:
        return max((y for x, y in pairs if x <= place), default=0.0)
    return max((y for x, y in pairs if x >= place), default=0.0)


def _hover(curve: Curve, kind: Kind) -> str:
    values = {
        "label": as_label(curve.name),
        "area": figure(curve.area),
        "x": percent_at("x"),
        "y": percent_at("y"),
    }
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
