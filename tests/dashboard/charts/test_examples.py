from __future__ import annotations

import numpy as np

from dashboard.charts.examples import examples_html, examples_info

LABELS = np.array([0, 1, 1, 0, 2])
IMAGES = np.zeros((5, 28, 28), np.uint8)


def test_each_class_has_one_image_and_always_the_same() -> None:
    rows = examples_info(LABELS, ["a", "b", "c"])
    assert [row.label for row in rows] == ["a", "b", "c"]
    assert [LABELS[row.indices[0]] for row in rows] == [0, 1, 2]
    assert rows == examples_info(LABELS, ["a", "b", "c"])


def test_the_first_ten_of_many_classes_are_shown() -> None:
    classes = [f"class {number}" for number in range(47)]
    labels = np.arange(47)
    assert len(examples_info(labels, classes)) == 10
    assert examples_html(classes).count("<figure>") == 10


def test_before_the_images_are_there_their_room_is_kept_and_named() -> None:
    markup = examples_html(["<a>", "b"])
    assert markup.count("<figure><span></span>") == 2
    assert "&lt;a&gt;" in markup
    with_images = examples_html(["a", "b", "c"], examples_info(LABELS, ["a", "b", "c"]), IMAGES)
    assert with_images.count("<img alt='An image of ") == 3
