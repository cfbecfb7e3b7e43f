from __future__ import annotations

import numpy as np

from dashboard.charts.lesson_curves import (
    lesson_arrays,
    lesson_frame,
    lesson_info,
    lesson_words,
)
from mlcore.lessons import Curve, Lesson, Pair, find_lesson

LABELS = ("wrong one", "right one")
PAIR = Pair(
    wrong=Curve(loss=(2.0, None), measured=(2,), accuracy=(0.125,), gradient=(0.0,)),
    right=Curve(loss=(2.0, 1.0, 0.5), measured=(1, 3), accuracy=(0.5, 0.9), gradient=(1.0, 1.0)),
)


def frame_and_arrays(lesson: Lesson, pair: Pair = PAIR):
    info = lesson_info(lesson, pair, LABELS)
    return lesson_frame(info, name="x"), lesson_arrays(info)


def test_each_trace_has_its_arrays_and_a_loss_that_is_no_number_is_a_gap():
    frame, arrays = frame_and_arrays(find_lesson("no-zero-grad"))
    assert len(frame["data"]) == len(arrays) == 4
    wrong, right, wrong_share, right_share = arrays
    assert wrong["x"].tolist() == [1, 2]
    assert np.isnan(wrong["y"][1])
    assert right["y"].tolist() == [2, 1, 0.5]
    assert wrong_share["y"].tolist() == [12.5]
    assert right_share["x"].tolist() == [1, 3]


def test_the_sides_differ_in_dash_and_sign_not_in_colour_alone():
    frame, _ = frame_and_arrays(find_lesson("no-zero-grad"))
    wrong, right, wrong_share, right_share = frame["data"]
    assert wrong["line"]["dash"] != right["line"]["dash"]
    assert wrong_share["marker"]["symbol"] != right_share["marker"]["symbol"]
    assert [trace["name"] for trace in frame["data"][:2]] == list(LABELS)


def test_batches_of_other_sizes_are_drawn_against_the_images_seen():
    frame, arrays = frame_and_arrays(find_lesson("batch-of-all"))
    assert arrays[0]["x"].tolist() == [1_437, 2_874]
    assert arrays[1]["x"].tolist() == [64, 128, 192]
    assert frame["layout"]["xaxis"]["title"]["text"] == "images seen"


def test_the_axis_ends_where_the_lesson_says():
    frame, _ = frame_and_arrays(find_lesson("nll-on-logits"))
    assert frame["layout"]["yaxis"]["range"][0] == -20
    assert frame_and_arrays(find_lesson("rate-too-high"))[0]["layout"]["yaxis"]["type"] == "log"


def test_axes_have_numbers_once_there_is_something_to_read_from_them():
    lesson = find_lesson("no-zero-grad")
    for pair, numbers in ((Pair(), False), (PAIR, True)):
        layout = frame_and_arrays(lesson, pair)[0]["layout"]
        assert [layout[axis]["showticklabels"] for axis in ("xaxis", "yaxis")] == [numbers] * 2


def test_the_words_say_where_both_sides_are():
    lesson = find_lesson("no-zero-grad")
    words = lesson_words(lesson_info(lesson, PAIR, LABELS))
    assert "wrong one: after 2 steps the loss is – and the accuracy 12.5 %." in words
    assert "right one: after 3 steps the loss is 0.5000 and the accuracy 90.0 %." in words
    empty = lesson_words(lesson_info(lesson, Pair(), LABELS))
    assert "right one: no step is done yet." in empty
