"""The way of one image through the network: every layer's units as bars, drawn to scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.theme import SMALL, Palette, axis, layout
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_label, percent, sentences, signed

__all__ = ["PathInfo", "PathRow", "path_figure", "path_info"]

MOST_BARS = 512
"""Units of a layer that are drawn: of a wider one those with the largest outputs by size."""

_ROW = 124  # pixels of a layer
_SOFTMAX = 0  # in place of the number of a layer


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRow:
    """The bars of one layer, or of the softmax after the last.

    Attributes:
        layer: from 1; 0 for the softmax.
        units: which ones are drawn.
        values: (len(units),) their outputs.
        name: "fc1", or "softmax".
        title: what the row is.
    """

    layer: int
    units: tuple[int, ...]
    values: tuple[float, ...]
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathInfo:
    """All rows, from the first hidden layer to the softmax."""

    rows: tuple[PathRow, ...]
    classes: tuple[str, ...]
    chosen: tuple[int, int] | None  # layer and unit whose sum is shown

    @property
    def widths(self) -> tuple[int, ...]:
        """Units drawn of each row."""
        return tuple(len(row.units) for row in self.rows)


def path_info(
    names: Sequence[str],
    arrays: Mapping[str, NDArray[Any]],
    probabilities: Sequence[float],
    classes: Sequence[str],
    chosen: tuple[int, int] | None = None,
) -> PathInfo:
    """The rows of the drawing.

    Args:
        names: of the layers, "fc1" first.
        arrays: "<name>.outputs" of each, (width,).
        probabilities: (C,), after the softmax.
        classes: the names of the classes.
        chosen: layer (from 1) and unit (from 0) to mark.
    """
    rows = []
    for number, name in enumerate(names, start=1):
        outputs = arrays[f"{name}.outputs"]
        units = np.arange(len(outputs))
        if len(units) > MOST_BARS:
            units = np.sort(np.argsort(-np.abs(outputs), kind="stable")[:MOST_BARS])
        last = number == len(names)
        rows.append(
            PathRow(
                layer=number,
                units=tuple(units.tolist()),
                values=tuple(outputs[units].tolist()),
                name=name,
                title=_logits_title(name) if last else _title(name, outputs, len(units)),
            )
        )
    rows.append(
        PathRow(
            layer=_SOFTMAX,
            units=tuple(range(len(classes))),
            values=tuple(probabilities),
            name="softmax",
            title=_("softmax · probabilities"),
        )
    )
    return PathInfo(rows=tuple(rows), classes=tuple(classes), chosen=chosen)


def path_figure(info: PathInfo, colours: Palette) -> go.Figure:
    """Draw the rows; each bar can be clicked, its point carries layer and unit."""
    count = len(info.rows)
    figure = go.Figure()
    settings: dict[str, Any] = {}
    for number, row in enumerate(info.rows):
        suffix = "" if number == 0 else str(number + 1)
        bottom, top = _place(number, count)
        low, high = _span(row)
        figure.add_traces(
            [_bars(info, row, suffix, colours), _targets(info, row, suffix, low, high)]
        )
        settings |= _row_axes(info, row, suffix, colours)
        settings[f"yaxis{suffix}"]["domain"] = [bottom, top]
        figure.add_annotation(**_row_title(row, top, colours))
    base = layout(colours, height=_ROW * count + 20)
    figure.update_layout(
        **(base | settings),
        barmode="overlay",
        bargap=0.12,
        hovermode="closest",
        dragmode=False,
        showlegend=False,
    )
    return figure


def _place(number: int, count: int) -> tuple[float, float]:
    """Bottom and top of a row, as shares of the figure's height."""
    gap = 0.4 / count
    return max(0.0, 1 - (number + 1) / count + gap * 0.45), 1 - number / count - gap * 0.5


def _span(row: PathRow) -> tuple[float, float]:
    """The smallest and largest value of a row, 0 among them."""
    low, high = min(0.0, *row.values), max(0.0, *row.values)
    return (low, 1.0) if low == high else (low, high)


def _row_axes(info: PathInfo, row: PathRow, suffix: str, colours: Palette) -> dict[str, Any]:
    low, high = _span(row)
    classes = row.layer in (_SOFTMAX, len(info.rows) - 1)
    across = axis(colours) | {
        "anchor": f"y{suffix}",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "range": [-0.7, len(row.units) - 0.3],
        "showticklabels": classes,
        "tickvals": list(range(len(row.units))),
        "ticktext": [as_label(name, 8) for name in info.classes] if classes else None,
    }
    upwards = axis(colours) | {
        "anchor": f"x{suffix}",
        "fixedrange": True,
        "nticks": 4,
        "range": [low - 0.04 * (high - low), high + 0.04 * (high - low)],
    }
    return {f"xaxis{suffix}": across, f"yaxis{suffix}": upwards}


def _row_title(row: PathRow, top: float, colours: Palette) -> dict[str, Any]:
    return {
        "text": row.title,
        "x": 0,
        "xref": "paper",
        "y": top,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": "left",
        "showarrow": False,
        "font": {"size": SMALL, "color": colours.muted},
    }


def _bars(info: PathInfo, row: PathRow, suffix: str, colours: Palette) -> go.Bar:
    shown = [
        colours.text
        if info.chosen == (_layer(info, row), unit)
        else colours.right
        if value >= 0
        else colours.wrong
        for unit, value in zip(row.units, row.values, strict=True)
    ]
    return go.Bar(
        x=list(range(len(row.units))),
        y=list(row.values),
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        marker={"color": shown, "line": {"width": 0}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hoverinfo="skip",
    )


def _targets(info: PathInfo, row: PathRow, suffix: str, low: float, high: float) -> go.Bar:
    """Invisible bars of the row's whole height: a unit that gives 0 can be clicked too."""
    clear = {"marker": {"opacity": 0}}
    return go.Bar(
        x=list(range(len(row.units))),
        y=[high - low] * len(row.units),
        base=[low] * len(row.units),
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        width=1,
        marker={"opacity": 0},
        selected=clear,
        unselected=clear,
        customdata=[[_layer(info, row), unit] for unit in row.units],
        hovertext=[
            _hover(info, row, unit, value)
            for unit, value in zip(row.units, row.values, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _layer(info: PathInfo, row: PathRow) -> int:
    """Whose arithmetic a click shows: that of the logit, for a probability."""
    return row.layer or len(info.rows) - 1


def _hover(info: PathInfo, row: PathRow, unit: int, value: float) -> str:
    if row.layer == _SOFTMAX:
        return f"{as_label(info.classes[unit])}: {percent(value, 2)}"
    if row.layer == len(info.rows) - 1:
        return f"{as_label(info.classes[unit])}: {signed(value)}"
    return _("unit {unit}: {value}", unit=unit, value=signed(value))


def _title(name: str, outputs: NDArray[Any], drawn: int) -> str:
    text = ngettext(
        "{name} · {n:,} unit, {above:,} above 0",
        "{name} · {n:,} units, {above:,} above 0",
        len(outputs),
        name=name,
        above=int((outputs > 0).sum()),
    )
    if drawn < len(outputs):
        return sentences(text, _("(the {drawn:,} largest are drawn)", drawn=drawn))
    return text


def _logits_title(name: str) -> str:
    return _("{name} · logits", name=name)
