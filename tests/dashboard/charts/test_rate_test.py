from __future__ import annotations

import json
import math

import numpy as np

from dashboard.charts.rate_test import rate_arrays, rate_frame, rate_info, rate_table, rate_words
from mlcore.errors import Notice
from mlcore.lr_finder import RangeTest, Suggestion, rate_at

LOSSES: tuple[float | None, ...] = (*[2.3] * 40, *[2.0] * 30, *[1.5] * 30, *[50.0] * 4, None)
TEST = RangeTest(
    lrs=tuple(rate_at(step) for step in range(len(LOSSES))),
    losses=LOSSES,
    chance=math.log(10),
    ending="diverged",
)
FOUND = Suggestion(lr=0.002, reasons=(Notice("so"),), lowest=99)


def test_each_step_is_a_point_and_a_loss_that_is_no_number_is_a_gap() -> None:
    info = rate_info(TEST, None)
    points, line, lowest, mark = rate_arrays(info)
    assert points["x"].tolist() == list(TEST.lrs)
    assert np.isnan(points["y"][-1])
    assert np.isnan(line["y"][-1])
    assert len(lowest["x"]) == len(mark["x"]) == 0
    assert [trace["showlegend"] for trace in rate_frame(info, name="x")["data"][2:]] == [
        False,
        False,
    ]


def test_the_suggested_rate_and_the_lowest_loss_are_marked_by_more_than_colour() -> None:
    info = rate_info(TEST, FOUND)
    frame, arrays = rate_frame(info, name="x"), rate_arrays(info)
    lowest, mark = frame["data"][2:]
    assert arrays[2]["x"].tolist() == [TEST.lrs[99]]
    assert arrays[3]["x"].tolist() == [0.002, 0.002]
    assert mark["name"] == "suggested: 0.002"
    assert (lowest["marker"]["symbol"], mark["line"]["dash"]) == ("diamond-open", "dash")


def test_the_axes_show_all_rates_and_the_losses_that_matter() -> None:
    layout = rate_frame(rate_info(TEST, FOUND), name="x")["layout"]
    assert layout["xaxis"]["type"] == "log"
    assert layout["xaxis"]["range"] == [-6, 1]
    low, high = layout["yaxis"]["range"]
    assert 0 < low < 1.5
    assert 2.3 < high < 5  # where it explodes, it leaves the chart
    json.dumps(layout, allow_nan=False)


def test_a_test_without_a_point_can_be_drawn() -> None:
    for test in (RangeTest(), RangeTest(lrs=(1e-6,), losses=(None,), ending="diverged")):
        info = rate_info(test, None)
        assert len(rate_arrays(info)) == len(rate_frame(info, name="x")["data"])
        low, high = info.bounds
        assert low < high
    assert "no step is done yet" in rate_words(rate_info(RangeTest(), None))


def test_words_and_table_tell_what_is_seen() -> None:
    info = rate_info(TEST, FOUND)
    words = rate_words(info)
    assert f"{len(LOSSES)} steps" in words
    assert "Suggested is 0.002." in words
    table = rate_table(info)
    assert len(table.headings) == 3
    assert 20 < len(table.rows) < 30
    assert table.rows[0][0] == "1e-06"
    assert table.rows[-1][1:] == ("–", "–")
    assert any(row[1] == "1.5000" for row in table.rows)
