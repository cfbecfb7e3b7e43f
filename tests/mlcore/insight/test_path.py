"""The way through the network is the model's own, and every number is the sum that is shown."""

import itertools

import pytest
import torch

from mlcore.errors import SettingsError
from mlcore.insight.path import last_hidden, unit_sum, walk

SHAPES = [
    {"hidden": (24, 12)},
    {"hidden": (24, 12), "batch_norm": True, "dropout": 0.5, "activation": "silu"},
    {"hidden": (9,), "activation": "sigmoid"},
    {"hidden": ()},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_last_layer_gives_the_models_logits_and_its_mode_stays(trained, digits, shape):
    model = trained(**shape).train()
    images = digits.inputs(digits.test.images[:50])
    layers = walk(model, images)
    assert model.training
    model.eval()
    assert torch.equal(layers[-1].outputs, model.logits(images))
    assert [layer.outputs.shape[1] for layer in layers] == [*shape["hidden"], 10]
    for before, after in itertools.pairwise(layers):
        assert torch.equal(before.outputs, after.inputs)
    assert torch.equal(last_hidden(model, images), layers[-1].inputs)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_terms_of_every_unit_sum_to_the_number_shown(trained, digits, shape):
    model = trained(**shape)
    image = digits.inputs(digits.test.images[7])
    layers = walk(model, image)
    for number, layer in enumerate(layers, start=1):
        for unit in range(layer.sums.shape[1]):
            found = unit_sum(model, image, number, unit, most=5)
            assert found.shown == float(layer.sums[0, unit])
            assert found.output == float(layer.outputs[0, unit])
            together = sum(term.product for term in found.terms) + found.rest + found.bias
            assert together == pytest.approx(found.shown, abs=1e-5)
            assert found.total == pytest.approx(together, abs=1e-12)
            assert found.others == layer.inputs.shape[1] - 5
            sizes = [abs(term.product) for term in found.terms]
            assert sizes == sorted(sizes, reverse=True)
            for term in found.terms:
                assert term.product == term.input * term.weight


@pytest.mark.parametrize(("layer", "unit"), [(0, 0), (4, 0), (1, 24), (1, -1)])
def test_a_unit_that_is_not_there_is_a_sentence(trained, digits, layer, unit):
    with pytest.raises(SettingsError, match=r"There is no layer|has no unit"):
        unit_sum(trained(), digits.inputs(digits.test.images[0]), layer, unit)
