from __future__ import annotations

import pytest

from dashboard.charts.ink import colour_at
from dashboard.charts.matrix_difference import difference_figure, difference_words
from dashboard.charts.theme import DARK, LIGHT, Palette
from tests.dashboard.charts.test_theme import contrast

CLASSES = ("4", "9")
DIFFERENCE = ((3, -3), (2, -2))


def test_what_is_better_and_what_is_worse() -> None:
    gains = difference_figure(DIFFERENCE, CLASSES, LIGHT).data[0]
    assert [list(row) for row in gains.z] == [[3, 3], [-2, -2]]
    assert (gains.zmin, gains.zmax) == (-3, 3)


@pytest.mark.parametrize(
    ("true", "predicted", "words"),
    [
        (0, 0, "a 4 recognised: 3 more by the second model"),
        (0, 1, "a 4 mistaken for a 9: 3 fewer by the second model"),
        (1, 0, "a 9 mistaken for a 4: 2 more by the second model"),
        (1, 1, "a 9 recognised: 2 fewer by the second model"),
    ],
)
def test_each_cell_in_words(true: int, predicted: int, words: str) -> None:
    assert difference_words(true, predicted, DIFFERENCE[true][predicted], CLASSES) == words


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_number_can_be_read_on_its_cell(palette: Palette) -> None:
    difference = [[10 * i - 11 * j for j in range(20)] for i in range(20)]
    gains, *texts = difference_figure(difference, [str(n) for n in range(20)], palette).data
    for trace in texts:
        for row, column in zip(trace.y, trace.x, strict=True):
            shade = colour_at(gains.colorscale, 0.5 + gains.z[row][column] / gains.zmax / 2)
            assert contrast(trace.textfont.color, shade) >= 4.5


def test_two_that_do_the_same_draw_too() -> None:
    figure = difference_figure(((0, 0), (0, 0)), CLASSES, LIGHT)
    assert figure.data[0].zmax == 1
    assert len(figure.data) == 1
