"""The changed image really gets another answer, and no change in it is idle."""

import pytest
import torch

from mlcore.data.tensors import normalise
from mlcore.insight.flip import flip


def changed(pixels, found):
    image = pixels.clone()
    for change in found.changes:
        assert int(image[change.index]) == change.before != change.after
        assert change.after in (0, 255)
        image[change.index] = change.after
    return image


def answer(model, image):
    with torch.inference_mode():
        return int(model.logits(normalise(image, 0.1, 0.3)[None]).argmax())


@pytest.mark.parametrize("to", [None, 0, 5])
def test_the_model_itself_answers_something_else(trained, digits, to):
    model = trained()
    for pixels in digits.test.images[:12]:
        found = flip(model, pixels, 0.1, 0.3, to=to)
        before = answer(model, pixels)
        if before == to:
            assert found is None
            continue
        assert found is not None
        assert found.before == before
        image = changed(pixels, found)
        assert answer(model, image) == found.after != before
        assert to in (None, found.after)
        for change in found.changes:  # each is needed
            back = image.clone()
            back[change.index] = change.before
            assert answer(model, back) == before if to is None else answer(model, back) != to
        assert 0.1 < found.probability <= 1
        assert len(found.changes) < 200


def test_a_model_that_always_answers_the_same_cannot_be_flipped(trained, digits):
    model = trained(hidden=())
    with torch.no_grad():
        model.fc1.weight.zero_()
    assert flip(model, digits.test.images[0], 0.1, 0.3) is None
