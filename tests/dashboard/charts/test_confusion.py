from __future__ import annotations

import json

import pytest

from dashboard.charts.confusion import (
    Cell,
    ConfusionInfo,
    cell_words,
    confusion_figure,
    confusion_info,
    frequent_mistakes,
)
from dashboard.charts.theme import DARK, LIGHT, Palette

CLASSES = ("4", "9")
COUNTS = ((958, 24), (1, 999))


def texts(info: ConfusionInfo) -> list[list[list[str]]]:
    """The texts of the cells of the diagonal, and of the mistakes."""
    figure = confusion_figure(info, LIGHT)
    return [[list(row) for row in layer.text] for layer in figure.data[:2]]


def test_every_cell_is_put_into_words() -> None:
    info = confusion_info(((982 - 23, 23), (0, 1000)), CLASSES)
    assert info.rows[0][1] == Cell(true=0, predicted=1, count=23, total=982)
    assert info.rows[0][1].share == 23 / 982
    assert cell_words(info.rows[0][1], CLASSES) == "a 4 mistaken for a 9: 23 of 982 (2.3 %)"
    assert cell_words(info.rows[0][0], CLASSES) == "a 4 recognised: 959 of 982 (97.7 %)"
    targets = confusion_figure(info, LIGHT).data[2]
    assert targets.hovertext[1] == "a 4 mistaken for a 9: 23 of 982 (2.3 %)"


def test_rows_are_true_classes_and_columns_predicted_ones() -> None:
    info = confusion_info(COUNTS, CLASSES)
    assert [[cell.count for cell in row] for row in info.rows] == [[958, 24], [1, 999]]
    assert [(cell.true, cell.predicted) for cell in info.cells] == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("unit", "right", "wrong"),
    [
        ("counts", [["958", ""], ["", "999"]], [["", "24"], ["1", ""]]),
        ("percent", [["97.6", ""], ["", "99.9"]], [["", "2.4"], ["0.1", ""]]),
    ],
)
def test_cells_hold_counts_or_per_cent_of_their_row(
    unit: str, right: list[list[str]], wrong: list[list[str]]
) -> None:
    info = confusion_info(COUNTS, CLASSES, unit)  # type: ignore[arg-type]
    assert texts(info) == [right, wrong]


def test_a_mistake_that_was_never_made_is_left_blank() -> None:
    info = confusion_info(((0, 0), (0, 5)), CLASSES)
    assert texts(info) == [[["0", ""], ["", "5"]], [["", ""], ["", ""]]]
    assert cell_words(info.rows[0][1], CLASSES) == "a 4 mistaken for a 9: 0 of 0 (0.0 %)"


def test_frequent_mistakes_come_commonest_first_and_without_the_diagonal() -> None:
    info = confusion_info(((5, 1, 0), (7, 5, 2), (0, 0, 5)), ("a", "b", "c"))
    found = [(cell.true, cell.predicted, cell.count) for cell in frequent_mistakes(info, 2)]
    assert found == [(1, 0, 7), (1, 2, 2)]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_figure_draws_and_its_points_carry_their_classes(palette: Palette) -> None:
    info = confusion_info(COUNTS, CLASSES)
    drawn = json.loads(confusion_figure(info, palette).to_json())
    right, wrong, targets = drawn["data"]
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
    figure = confusion_figure(confusion_info(counts, classes), LIGHT)
    assert figure.data[0].texttemplate is None
