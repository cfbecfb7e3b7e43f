"""The rows of the way through the network."""

import numpy as np
import pytest

from dashboard.charts.network_path import MOST_BARS, path_figure, path_info
from dashboard.charts.path_table import path_words
from dashboard.charts.theme import DARK, LIGHT
from dashboard.words import translation

CLASSES = ("a", "b", "c")


def info(width=6, chosen=None):
    arrays = {
        "fc1.outputs": np.linspace(-1, 2, width, dtype=np.float32),
        "fc2.outputs": np.array([0.5, -2.0, 3.0], np.float32),
    }
    return path_info(["fc1", "fc2"], arrays, [0.1, 0.0, 0.9], CLASSES, chosen)


def test_every_layer_is_a_row_and_the_softmax_the_last():
    found = info()
    assert found.widths == (6, 3, 3)
    assert [row.layer for row in found.rows] == [1, 2, 0]
    assert found.rows[0].title == "fc1 · 6 units, 4 above 0"
    assert found.rows[2].values == (0.1, 0.0, 0.9)


def test_of_a_wide_layer_the_largest_are_drawn_and_it_is_said():
    row = info(width=2 * MOST_BARS).rows[0]
    assert len(row.units) == MOST_BARS
    assert row.units == tuple(sorted(row.units))
    assert "the 512 largest are drawn" in row.title


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_a_click_on_any_bar_names_layer_and_unit(colours):
    figure = path_figure(info(chosen=(2, 1)), colours)
    targets = [trace for trace in figure.data if trace.customdata is not None]
    assert [list(map(int, trace.customdata[1])) for trace in targets] == [[1, 1], [2, 1], [2, 1]]
    assert figure.data[2].marker.color[1] == colours.text  # the chosen one


def test_a_layer_that_is_silent_has_bars_to_click():
    arrays = {"fc1.outputs": np.zeros(4, np.float32), "fc2.outputs": np.zeros(3, np.float32)}
    figure = path_figure(path_info(["fc1", "fc2"], arrays, [0.3, 0.3, 0.4], CLASSES), LIGHT)
    assert all(height > 0 for height in figure.data[1].y)


def test_its_words_end_as_a_sentence_in_chinese_too(monkeypatch):
    assert path_words(info()).endswith(" of c.")
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    assert path_words(info()).endswith("属于 c。")
