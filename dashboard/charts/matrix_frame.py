"""What every drawing of a matrix of classes has: axes, and texts that can be read in its cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.ink import ink_on
from dashboard.charts.theme import Palette
from dashboard.words.translation import _

__all__ = ["class_axes", "written"]


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
