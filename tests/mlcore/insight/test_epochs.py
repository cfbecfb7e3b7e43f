"""A frame of the film equals a fresh evaluation."""

import numpy as np
import torch

from mlcore.evaluation import evaluate
from mlcore.insight.epochs import Frame, frame


def test_a_frame_is_what_an_evaluation_says(trained, digits):
    model = trained()
    found = frame(model, digits)
    fresh = evaluate(model, digits.test, digits)
    assert (found.loss, found.accuracy) == (fresh.loss, fresh.accuracy)
    assert found.confusion.tolist() == [list(row) for row in fresh.confusion]
    chances = model.logits(digits.inputs(digits.test.images)).softmax(1).detach()
    torch.testing.assert_close(torch.from_numpy(found.probabilities), chances)
    assert found.xy.shape == (360, 2)
    assert np.array_equal(found.weights, model.fc1.weight.detach().numpy())


def test_a_frame_survives_being_kept(trained, digits):
    found = frame(trained(), digits)
    again = Frame.from_arrays(found.arrays())
    for name, array in found.arrays().items():
        assert np.array_equal(array, again.arrays()[name])
