from __future__ import annotations

import numpy as np
import pytest

from dashboard.charts.class_balance import SplitBalance, balance_figure, balance_info
from dashboard.charts.theme import DARK

LABELS = {
    "Train": np.array([0, 0, 0, 1, 2, 2]),
    "Validation": np.array([], np.int64),
    "Test": np.array([1, 2]),
}


def test_images_are_counted_in_each_split_that_has_some() -> None:
    info = balance_info(LABELS, ["a", "b", "c"])
    assert info.splits == (
        SplitBalance(name="Train", counts=(3, 1, 2), shares=(3 / 6, 1 / 6, 2 / 6)),
        SplitBalance(name="Test", counts=(0, 1, 1), shares=(0.0, 0.5, 0.5)),
    )
    assert (info.rarest, info.commonest, info.ratio) == ("b", "a", 3.0)


def test_a_class_without_images_is_no_division_by_zero() -> None:
    assert balance_info({"Train": np.array([0])}, ["a", "b"]).ratio == float("inf")


def test_the_figure_has_a_bar_for_each_class_and_split() -> None:
    info = balance_info(LABELS, ["a", "b", "c"])
    figure = balance_figure(info, DARK, shares=True)
    assert [trace.name for trace in figure.data] == ["Train", "Test"]
    assert list(figure.data[0].y) == pytest.approx([50, 100 / 6, 100 / 3])
    assert list(balance_figure(info, DARK).data[0].y) == [3, 1, 2]
