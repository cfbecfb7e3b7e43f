"""An image large, and what is drawn over and beside it."""

import re

import numpy as np

from dashboard.charts.close_up import (
    flipped_html,
    image_html,
    neighbours_html,
    probabilities_html,
)
from dashboard.charts.theme import LIGHT
from dashboard.charts.weight_images import coloured, unit_images

IMAGE = np.zeros((28, 28), np.uint8)


def test_a_saliency_has_a_legend_and_an_image_alone_has_none():
    assert "for the class" not in image_html(IMAGE, "test", LIGHT)
    found = image_html(IMAGE, "a <b>", LIGHT, np.linspace(-1, 1, 784))
    assert "for the class" in found
    assert "alt='a &lt;b&gt;'" in found


def test_a_saliency_of_nothing_is_drawn():
    assert "over" in image_html(IMAGE, "test", LIGHT, np.zeros(784))


def test_the_true_class_is_marked_in_words_too():
    found = probabilities_html([0.25, 0.75], ["x", "<y>"], 1, LIGHT)
    assert "width:75.00%" in found
    assert "&lt;y&gt;" in found
    assert found.count("true class") == 1
    assert "true class" not in probabilities_html([1.0], ["x"], None, LIGHT)


def test_each_changed_pixel_is_framed_before_and_after():
    flip = {"changes": [{"index": 29, "before": 0, "after": 255}]}
    found = flipped_html(IMAGE, flip, ("before", "after"), LIGHT)
    assert found.count("left:3.571%;top:3.571%") == 2
    assert len(set(re.findall(r"src='([^']+)'", found))) == 2


def test_neighbours_are_named_with_their_distance():
    found = neighbours_html(
        [{"index": 0, "label": 1, "distance": 1.234}], IMAGE[None], ["x", "y"], LIGHT
    )
    assert "Training image 0: y" in found
    assert "1.23" in found


def test_units_are_sorted_by_norm_or_by_class():
    units, norms = np.array([4, 2, 9]), np.array([3.0, 2.0, 1.0])
    spoken = np.array([1, 0, 0])
    by_norm = unit_images(units, norms, spoken, ["x", "y"], "norm")
    assert [one.unit for one in by_norm] == [4, 2, 9]
    by_class = unit_images(units, norms, spoken, ["x", "y"], "class")
    assert [(one.label, one.unit, one.row) for one in by_class] == [
        ("x", 2, 1),
        ("x", 9, 2),
        ("y", 4, 0),
    ]


def test_weights_are_coloured_from_both_ends_of_the_scale():
    values = np.zeros(784, np.float32)
    values[0], values[1] = -2.0, 2.0
    found = coloured(values, LIGHT.diverging)
    hexes = ["#" + "".join(f"{c:02x}" for c in found[0, column]) for column in (0, 1, 2)]
    assert hexes == [LIGHT.diverging[0][1], LIGHT.diverging[2][1], LIGHT.diverging[1][1]]
