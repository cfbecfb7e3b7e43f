from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.projector import HEIGHT, TYPE, enlarged, for_projector
from dashboard.charts.theme import DARK, LIGHT, Palette, layout
from tests.dashboard.charts.test_theme import contrast


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)
def test_text_has_a_contrast_of_7_to_1_and_lines_are_seen_better(colours: Palette) -> None:
    strong = for_projector(colours)
    for text in (strong.text, strong.muted):
        assert contrast(text, strong.background) >= 7
    assert contrast(strong.grid, strong.background) > contrast(colours.grid, colours.background)
    assert strong.name == colours.name


def test_type_lines_marks_and_margins_are_larger_and_data_are_as_they_were() -> None:
    figure = go.Figure(
        [
            go.Scatter(x=[1, 2], y=[3, 4], line={"width": 1}, marker={"size": [4, 8]}),
            go.Scatter(y=np.array([5.0, 6.0]), textfont={"size": 10}),
            go.Bar(y=[20], width=0.6),
            go.Scatter(y=[1], text=["1,113"], mode="text"),
        ],
        layout(LIGHT, height=400),
    )
    figure.add_annotation(text="here", font={"size": 10}, yshift=-5)
    large = enlarged(figure)
    assert large.layout.font.size == 13 * TYPE
    assert large.layout.xaxis.tickfont.size == 12 * TYPE
    assert large.layout.xaxis.title.font.size == 13 * TYPE
    assert large.layout.hoverlabel.font.size == 13 * TYPE
    assert large.layout.margin.l == 8 * TYPE
    assert large.layout.height == 400 * HEIGHT
    assert large.layout.annotations[0].font.size == 10 * TYPE
    assert large.layout.annotations[0].yshift == -5 * TYPE
    assert large.data[0].line.width == TYPE
    assert list(large.data[0].marker.size) == [4 * TYPE, 8 * TYPE]
    assert large.data[1].line.width == 2 * TYPE
    assert large.data[1].textfont.size == 10 * TYPE
    assert large.to_dict()["data"][1]["y"] == figure.to_dict()["data"][1]["y"]
    assert large.data[2].width == 0.6
    assert large.data[3].textfont.size < large.layout.font.size  # it stays in its cell
    assert figure.layout.font.size == 13
