from __future__ import annotations

import json

import pytest

from dashboard.charts.confusion import confusion_figure
from dashboard.charts.confusion_cells import (
    Cell,
    ConfusionInfo,
    Unit,
    cell_words,
    confusion_info,
    frequent_mistakes,
)
from dashboard.charts.ink import colour_at
from dashboard.charts.theme import DARK, LIGHT, Palette
from tests.dashboard.charts.test_theme import contrast

CLASSES = ("4", "9")
COUNTS = ((958, 24), (1, 999))


def texts(info: ConfusionInfo) -> dict[tuple[int, int], str]:
    """What is written in the cells, by true and predicted class."""
    figure = confusion_figure(info, LIGHT)
    return {
        (row, column): text
        for trace in figure.data
        if trace.type == "scatter" and trace.mode == "text"
        for row, column, text in zip(trace.y, trace.x, trace.text, strict=True)
    }


def test_every_cell_is_put_into_words() -> None:
    info = confusion_info(((982 - 23, 23), (0, 1000)), CLASSES)
    assert info.rows[0][1] == Cell(true=0, predicted=1, count=23, total=982, column=1023)
    assert info.rows[0][1].share == 23 / 982
    assert cell_words(info.rows[0][1], CLASSES) == "a 4 mistaken for a 9: 23 of 982 (2.3 %)"
    assert cell_words(info.rows[0][0], CLASSES) == "a 4 recognised: 959 of 982 (97.7 %)"
    targets = confusion_figure(info, LIGHT).data[-1]
    assert targets.hovertext[1] == "a 4 mistaken for a 9: 23 of 982 (2.3 %)"


def test_rows_are_true_classes_and_columns_predicted_ones() -> None:
    info = confusion_info(COUNTS, CLASSES)
    assert [[cell.count for cell in row] for row in info.rows] == [[958, 24], [1, 999]]
    assert [(cell.true, cell.predicted) for cell in info.cells] == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("counts", ["958", "24", "1", "999"]),
        ("percent", ["97.6", "2.4", "0.1", "99.9"]),
        ("column", ["99.9", "2.3", "0.1", "97.7"]),
    ],
)
def test_cells_hold_counts_or_per_cent_of_their_row_or_column(
    unit: str, written: list[str]
) -> None:
    info = confusion_info(COUNTS, CLASSES, unit)  # type: ignore[arg-type]
    cells = ((0, 0), (0, 1), (1, 0), (1, 1))
    assert texts(info) == dict(zip(cells, written, strict=True))


def test_a_mistake_that_was_never_made_is_left_blank() -> None:
    info = confusion_info(((0, 0), (0, 5)), CLASSES)
    assert texts(info) == {(0, 0): "0", (1, 1): "5"}
    assert cell_words(info.rows[0][1], CLASSES) == "a 4 mistaken for a 9: 0 of 0 (0.0 %)"


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("unit", ["counts", "percent", "column"])
def test_every_number_can_be_read_on_its_cell(palette: Palette, unit: Unit) -> None:
    """4.5 : 1, on all shades that a matrix can have."""
    counts = [[10 * i if i == j else (i + 7 * j) ** 2 for j in range(20)] for i in range(20)]
    info = confusion_info(counts, [str(n) for n in range(20)], unit)
    figure = confusion_figure(info, palette)
    right, wrong = figure.data[:2]
    ink = {
        (row, column): trace.textfont.color
        for trace in figure.data
        if trace.type == "scatter" and trace.mode == "text"
        for row, column in zip(trace.y, trace.x, strict=True)
    }
    assert len(ink) > 380
    for (row, column), colour in ink.items():
        layer = right if row == column else wrong
        shade = colour_at(layer.colorscale, layer.z[row][column] / layer.zmax)
        assert contrast(colour, shade) >= 4.5, (row, column, colour, shade)


def test_a_number_keeps_its_ink_where_another_cell_is_chosen() -> None:
    for trace in confusion_figure(confusion_info(COUNTS, CLASSES), DARK).data:
        if trace.type == "scatter" and trace.mode == "text":
            assert trace.unselected.textfont.color == trace.textfont.color
            assert trace.selected.textfont.color == trace.textfont.color


@pytest.mark.parametrize(
    ("chosen", "corners"),
    [((1, 0), (-0.5, 0.5, 0.5, 1.5)), ((1, None), (-0.5, 1.5, 0.5, 1.5)), ((None, None), None)],
)
def test_the_chosen_cell_or_row_is_framed(
    chosen: tuple[int | None, int | None], corners: tuple[float, ...] | None
) -> None:
    shapes = confusion_figure(confusion_info(COUNTS, CLASSES), LIGHT, chosen).layout.shapes
    found = [(shape.x0, shape.x1, shape.y0, shape.y1) for shape in shapes]
    assert found == ([corners] if corners else [])


def test_frequent_mistakes_come_commonest_first_and_without_the_diagonal() -> None:
    info = confusion_info(((5, 1, 0), (7, 5, 2), (0, 0, 5)), ("a", "b", "c"))
    found = [(cell.true, cell.predicted, cell.count) for cell in frequent_mistakes(info, 2)]
    assert found == [(1, 0, 7), (1, 2, 2)]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_figure_draws_and_its_points_carry_their_classes(palette: Palette) -> None:
    info = confusion_info(COUNTS, CLASSES)
    drawn = json.loads(confusion_figure(info, palette).to_json())
    right, wrong, *_, targets = drawn["data"]
    assert right["z"] == [[958 / 982, None], [None, 0.999]]
    assert wrong["z"][0][0] is None
    assert wrong["zmax"] == pytest.approx(24**0.5)  # the diagonal does not stretch this scale
    assert targets["customdata"] == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_a_perfect_model_draws_too() -> None:
    drawn = json.loads(confusion_figure(confusion_info(((3, 0), (0, 3)), CLASSES), LIGHT).to_json())
    assert drawn["data"][1]["zmax"] == 1


def test_nothing_is_written_into_cells_that_are_too_small() -> None:
    classes = tuple(str(number) for number in range(47))
    counts = tuple(tuple(int(i == j) for j in range(47)) for i in range(47))
    assert texts(confusion_info(counts, classes)) == {}
