from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashboard.charts.seed_band import band_arrays, band_frame, band_info, band_words
from tests.dashboard.train_page import EPOCH


def run(*accuracies):
    return [
        replace(EPOCH, epoch=epoch, validation_accuracy=accuracy)
        for epoch, accuracy in enumerate(accuracies, 1)
    ]


GROUPS = [("lr 0.1", [run(0.5, 0.8), run(0.7, 0.9), run(0.6)])]


def test_the_mean_is_drawn_in_a_band_of_one_standard_deviation():
    info = band_info(GROUPS, "validation_accuracy")
    band, mean = band_arrays(info)
    assert mean["x"].tolist() == [1, 2]
    assert mean["y"] == pytest.approx([60, 85])
    sd = np.std([80, 90], ddof=1)
    assert band["x"].tolist() == [1, 2, 2, 1]
    assert band["y"] == pytest.approx([70, 85 + sd, 85 - sd, 50])
    assert mean["text"] == ["60.00 ± 10.00 % (n = 3)", "85.00 ± 7.07 % (n = 2)"]


def test_all_curves_are_drawn_one_by_one_beside_the_mean():
    info = band_info(GROUPS, "validation_accuracy", "curves")
    *runs, mean = band_arrays(info)
    assert [len(one["x"]) for one in runs] == [2, 2, 1]
    assert runs[1]["y"].tolist() == [70, 90]
    assert len(mean["x"]) == 2


def test_the_frame_has_a_trace_for_each_array_and_a_colour_for_each_group():
    groups = [*GROUPS, ("lr 0.2", [run(0.4)])]
    for kind in ("band", "curves"):
        info = band_info(groups, "train_loss", kind, epochs=9)
        frame = band_frame(info, name="x")
        assert len(frame["data"]) == len(band_arrays(info))
        named = [trace for trace in frame["data"] if trace.get("name")]
        assert [trace["name"] for trace in named] == ["lr 0.1", "lr 0.2"]
        assert len({trace["line"]["color"] for trace in named}) == 2
        low, high = frame["layout"]["xaxis"]["autorangeoptions"]["include"]
        assert low < 1
        assert high > 9


def test_a_group_of_one_run_has_no_band():
    band, mean = band_arrays(band_info([("one", [run(0.5)])], "validation_accuracy"))
    assert len(band["x"]) == 0
    assert mean["text"] == ["50.00 % (n = 1)"]


def test_names_from_people_draw_nothing():
    frame = band_frame(band_info([("<b>x", [run(0.5)])], "train_loss"), name="x")
    assert frame["data"][-1]["name"] == "&lt;b&gt;x"


def test_the_chart_is_told_in_words():
    info = band_info([*GROUPS, ("later", [[]])], "validation_accuracy")
    assert band_words(info) == (
        "lr 0.1: Validation accuracy 85.00 ± 7.07 % after epoch 2, over 2 runs. "
        "later: no epoch is over yet."
    )
