"""The message of a network's drawing holds what the diagram says, and no more."""

import numpy as np
import pytest

from dashboard.charts.theme import DARK, LIGHT
from dashboard.components.network import MOST_CLASSES, network_message
from tests.dashboard.components.test_film import read
from tests.dashboard.diagrams import made_diagram

CLASSES = tuple("abcdefghij")


def test_the_browser_gets_the_weights_the_answer_and_the_names():
    diagram = made_diagram()
    (reaction,) = diagram.reactions
    header, arrays = read(network_message(diagram, 0, CLASSES, LIGHT, "weights"))
    assert [layer["title"] for layer in header["layers"]] == [
        "fc1 · 16 of 128",
        "fc2 · 16 of 20",
        "fc3 · output",
    ]
    assert header["classes"] == list(CLASSES)
    assert (header["label"], header["step"], header["view"]) == (2, 39, "weights")
    first, *others = diagram.layers
    most = np.abs(first.weights).max()
    levels = (arrays["levels"].astype(float) - 128) / 127 * most
    assert np.abs(levels - first.weights.ravel()).max() <= most / 127
    for number, layer in enumerate(others, start=1):
        assert np.array_equal(arrays[f"edges{number}"], layer.weights.ravel())
        assert np.array_equal(arrays[f"outputs{number}"], reaction.layers[number].outputs)
    assert np.array_equal(arrays["probabilities"], reaction.probabilities)
    assert np.array_equal(arrays["pixels"], reaction.pixels)


def test_changes_take_the_place_of_the_weights():
    diagram = made_diagram(since=38)
    _, arrays = read(network_message(diagram, 0, CLASSES, LIGHT, "change"))
    assert np.array_equal(arrays["edges1"], diagram.layers[1].change.ravel())
    _, without = read(network_message(made_diagram(), 0, CLASSES, LIGHT, "change"))
    assert not without["edges1"].any()
    assert set(without["levels"].tolist()) == {128}


def test_of_many_classes_the_likeliest_and_the_true_one_are_drawn():
    names = tuple(f"class {number}" for number in range(47))
    diagram = made_diagram(classes=47, best=40)
    header, arrays = read(network_message(diagram, 0, names, LIGHT, "weights"))
    assert len(header["shown"]) == MOST_CLASSES
    assert {2, 40} <= set(header["shown"])
    assert header["shown"] == sorted(header["shown"])
    assert header["classes"] == [names[number] for number in header["shown"]]
    assert len(arrays["edges2"]) == MOST_CLASSES * 16


def test_the_same_picture_is_known_again_and_another_is_not():
    def revision(diagram, colours=LIGHT, view="weights"):
        return read(network_message(diagram, 0, CLASSES, colours, view))[0]["revision"]

    same = revision(made_diagram())
    assert revision(made_diagram()) == same
    assert revision(made_diagram(step=40)) != same
    assert revision(made_diagram(), DARK) != same


def test_an_image_that_is_not_in_it_cannot_be_drawn():
    with pytest.raises(KeyError):
        network_message(made_diagram(image=4), 5, CLASSES, LIGHT, "weights")


def test_a_message_is_as_small_as_a_refresh_of_the_chart():
    message = network_message(made_diagram(since=38), 0, CLASSES, LIGHT, "change")
    assert len(message) < 30_000
