"""The nearest training images are scikit-learn's."""

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

from mlcore.insight import neighbours
from mlcore.insight.neighbours import hidden_of, nearest, within_bounds
from mlcore.insight.path import last_hidden


def test_the_nearest_are_those_of_sklearn(trained, digits):
    model = trained(activation="tanh")
    hidden = hidden_of(model, digits.train.images, digits)
    queries = hidden_of(model, digits.test.images[:25], digits)
    distances, indices = (
        NearestNeighbors(n_neighbors=6, algorithm="brute").fit(hidden).kneighbors(queries)
    )
    for query, expected, far in zip(queries, indices, distances, strict=True):
        found = nearest(query, hidden, digits.train.labels, 6)
        assert [one.index for one in found] == expected.tolist()
        np.testing.assert_allclose([one.distance for one in found], far, atol=1e-5)
        assert [one.label for one in found] == digits.train.labels[expected].tolist()


def test_a_training_image_is_its_own_nearest(trained, digits):
    model = trained()
    hidden = hidden_of(model, digits.train.images, digits)
    image = digits.inputs(digits.train.images[17])
    found = nearest(last_hidden(model, image)[0], hidden, digits.train.labels, 1)
    assert found[0].index == 17
    assert found[0].distance < 1e-4  # one row is not summed in the order of many


def test_a_wide_layer_is_looked_through_in_part(trained, monkeypatch):
    model = trained(hidden=(24, 12), steps=0)
    assert within_bounds(model, 60_000) == 60_000
    monkeypatch.setattr(neighbours, "MOST_BYTES", 4 * 12 * 100)
    assert within_bounds(model, 60_000) == 100


def test_without_hidden_layers_pixels_are_compared(trained, digits):
    model = trained(hidden=())
    images = digits.inputs(digits.test.images[:3])
    assert torch.equal(hidden_of(model, digits.test.images[:3], digits), images)
