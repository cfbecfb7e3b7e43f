"""What a second model does differently: the difference of two confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts.ink import colour_at
from dashboard.charts.matrix_frame import class_axes, written
from dashboard.charts.theme import Palette, Scale, layout
from dashboard.words.translation import _
from dashboard.words.wording import with_article

__all__ = ["difference_figure", "difference_words"]

_HEIGHT = 520  # pixels
_MOST_WRITTEN = 26


def difference_figure(
    difference: Sequence[Sequence[int]], classes: Sequence[str], palette: Palette
) -> go.Figure:
    """Draw it: blue where the second is better, orange where it is worse.

    Args:
        difference: (C, C) counts of the second matrix less the first.
        classes: the C names.
        palette: colours.
    """
    gains = [
        [count if true == predicted else -count for predicted, count in enumerate(row)]
        for true, row in enumerate(difference)
    ]
    most = max((abs(gain) for row in gains for gain in row), default=0) or 1
    scale = _scale(palette)
    cells = [(i, j) for i in range(len(classes)) for j in range(len(classes))]
    texts = [
        (i, j, _signed(difference[i][j]), colour_at(scale, 0.5 + gains[i][j] / most / 2))
        for i, j in cells
        if difference[i][j]
    ]
    figure = go.Figure(
        [
            go.Heatmap(
                z=gains,
                zmin=-most,
                zmax=most,
                colorscale=list(scale),
                xgap=1,
                ygap=1,
                showscale=False,
                text=[
                    [difference_words(i, j, difference[i][j], classes) for j in range(len(classes))]
                    for i in range(len(classes))
                ],
                hovertemplate="%{text}<extra></extra>",
            ),
            *(written(texts, palette) if len(classes) <= _MOST_WRITTEN else ()),
        ]
    )
    figure.update_layout(**layout(palette, height=_HEIGHT), dragmode=False, showlegend=False)
    class_axes(figure, classes)
    return figure


def difference_words(true: int, predicted: int, count: int, classes: Sequence[str]) -> str:
    """A cell in words: "a 4 mistaken for a 9: 3 more by the second model"."""
    values = {
        "true": with_article(classes[true]),
        "predicted": with_article(classes[predicted]),
        "count": abs(count),
    }
    if true == predicted:
        if count >= 0:
            return _("{true} recognised: {count:,} more by the second model", **values)
        return _("{true} recognised: {count:,} fewer by the second model", **values)
    if count >= 0:
        return _("{true} mistaken for {predicted}: {count:,} more by the second model", **values)
    return _("{true} mistaken for {predicted}: {count:,} fewer by the second model", **values)


def _signed(count: int) -> str:
    return f"{count:+,}".replace("-", "−")


def _scale(palette: Palette) -> Scale:
    """From the loud end of mistakes over the page to that of what is right."""
    wrong, right = palette.wrong_scale, palette.right_scale
    return (
        (0.0, wrong[2][1]),
        (0.25, wrong[1][1]),
        (0.5, palette.background),
        (0.75, right[1][1]),
        (1.0, right[2][1]),
    )
