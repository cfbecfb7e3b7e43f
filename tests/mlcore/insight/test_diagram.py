"""A diagram holds what a plain forward pass computes, and comes back from its JSON form."""

import json

import numpy as np
import pytest
import torch

from mlcore.config import ModelConfig, RunConfig
from mlcore.data.tensors import load
from mlcore.insight.diagram import Diagram
from mlcore.insight.drawn_network import diagram_of, drawn_units, drawn_weights
from mlcore.model import MLP


@pytest.fixture(scope="module")
def data():
    return load(RunConfig.from_flat({"data.name": "digits"}).data, 0)


def model_of(**settings):
    torch.manual_seed(3)
    return MLP(ModelConfig(**settings))


def plain(model, row):
    """Each layer's sums and outputs for one image, written out."""
    found, hidden = [], row
    for number, linear in enumerate(model.linears):
        sums = linear.weight @ hidden + linear.bias
        last = number == len(model.linears) - 1
        hidden = sums if last else torch.relu(sums)
        found.append((sums.detach().numpy(), hidden.detach().numpy()))
    return found


def test_it_shows_what_a_plain_forward_pass_computes(data):
    model = model_of(hidden=(40, 20))
    diagram = diagram_of(model, data, [5, 9], step=7)
    assert diagram.step == 7
    assert [layer.width for layer in diagram.layers] == [40, 20, 10]
    assert [len(layer.units) for layer in diagram.layers] == [16, 16, 10]
    for one in diagram.reactions:
        row = data.inputs(data.test.images[one.image])
        assert one.label == int(data.test.labels[one.image])
        assert np.array_equal(one.pixels, data.test.images[one.image].numpy())
        expected = plain(model, row)
        for layer, values, (sums, outputs) in zip(
            diagram.layers, one.layers, expected, strict=True
        ):
            np.testing.assert_allclose(values.sums, sums[list(layer.units)], atol=1e-5)
            np.testing.assert_allclose(values.outputs, outputs[list(layer.units)], atol=1e-5)
        chances = torch.tensor(expected[-1][1]).softmax(0).numpy()
        np.testing.assert_allclose(one.probabilities, chances, atol=1e-6)


def test_a_units_strongest_inputs_are_the_largest_products_of_the_whole_layer_before(data):
    model = model_of(hidden=(40, 20))
    (one,) = diagram_of(model, data, [0], step=0).reactions
    hidden = plain(model, data.inputs(data.test.images[0]))[0][1]
    unit = drawn_units(model)[1][4]
    products = np.abs(model.linears[1].weight[unit].detach().numpy() * hidden)
    strongest = one.layers[1].strongest[4]
    assert strongest[:, 0].tolist() == np.argsort(-products)[:3].tolist()
    np.testing.assert_allclose(strongest[:, 2], hidden[strongest[:, 0].astype(int)], atol=1e-6)


def test_the_strongest_units_are_drawn_whatever_the_image(data):
    model = model_of(hidden=(40,))
    with torch.no_grad():
        model.linears[0].weight[23] *= 50
    (hidden, outputs) = drawn_units(model)
    assert 23 in hidden
    assert list(hidden) == sorted(hidden)
    assert outputs == tuple(range(10))
    one, other = (diagram_of(model, data, [image], step=0).units for image in (0, 1))
    assert one == other


def test_units_keep_their_places_until_another_is_twice_as_strong():
    model = model_of(hidden=(40,))
    held = drawn_units(model)
    left_out = next(unit for unit in range(40) if unit not in held[0])
    assert drawn_units(model, held) == held
    with torch.no_grad():
        model.linears[0].weight[left_out] *= 1.5
    assert drawn_units(model, held) == held
    with torch.no_grad():
        model.linears[0].weight[left_out] *= 2
        model.linears[0].weight[held[0][3]] *= 0.9
    now = drawn_units(model, held)
    assert now[0] == (*held[0][:3], left_out, *held[0][4:])


def test_what_a_step_changed_is_the_difference_of_the_weights(data):
    model = model_of(hidden=(40, 20))
    units = drawn_units(model)
    before = (11, drawn_weights(model, units))
    with torch.no_grad():
        for linear in model.linears:
            linear.weight += 0.25
    diagram = diagram_of(model, data, [0], step=12, units=units, before=before)
    assert (diagram.since, diagram.step) == (11, 12)
    for layer in diagram.layers:
        np.testing.assert_allclose(layer.change, 0.25, atol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden": ()},
        {"hidden": (2,)},
        {"hidden": (40, 30), "batch_norm": True, "dropout": 0.4, "activation": "tanh"},
    ],
    ids=["softmax", "narrow", "batch norm"],
)
def test_it_comes_back_from_json(data, settings):
    model = model_of(**settings)
    units = drawn_units(model)
    before = (0, drawn_weights(model, units))
    diagram = diagram_of(model, data, [2, 3], step=1, units=units, before=before)
    again = Diagram.from_json(json.loads(json.dumps(diagram.to_json())))
    assert (again.step, again.since, again.units) == (1, 0, diagram.units)
    for one, other in zip(diagram.layers, again.layers, strict=True):
        scale = np.abs(one.weights).max()
        assert np.abs(one.weights - other.weights).max() <= scale / 127
        assert np.array_equal(one.biases, other.biases)
    for one, other in zip(diagram.reactions, again.reactions, strict=True):
        assert np.array_equal(one.probabilities, other.probabilities)
        for mine, read in zip(one.layers, other.layers, strict=True):
            assert np.array_equal(mine.strongest, read.strongest)
            assert np.array_equal(mine.outputs, read.outputs)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_what_is_said_to_be_finite_can_be_read(data, activation):
    """Also where an activation makes 1 of an infinite sum."""
    for exponent in (0, 30, 37, 38):
        model = model_of(hidden=(40, 20), activation=activation)
        with torch.no_grad():
            model.linears[0].weight *= 10.0**exponent / model.linears[0].weight.abs().max()
        units = drawn_units(model)
        before = (0, tuple(-weights for weights in drawn_weights(model, units)))
        with np.errstate(over="ignore"):
            diagram = diagram_of(model, data, [2], step=1, units=units, before=before)
        if diagram.is_finite:
            Diagram.from_json(json.loads(json.dumps(diagram.to_json(), allow_nan=False)))
        assert diagram.is_finite or exponent > 0


def test_a_picture_of_the_largest_network_is_small(data):
    model = model_of(hidden=(20,) * 32)
    units = drawn_units(model)
    before = (0, drawn_weights(model, units))
    diagram = diagram_of(model, data, range(4), step=1, units=units, before=before)
    assert len(json.dumps(diagram.to_json())) < 2**19
    usual = diagram_of(model_of(hidden=(128, 64)), data, [0], step=1)
    assert len(json.dumps(usual.to_json())) < 50_000


def _changed(record, path, value):
    found = json.loads(json.dumps(record))
    *way, last = path
    target = found
    for name in way:
        target = target[name]
    target[last] = value
    return found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("layers",), []),
        (("layers",), "abc"),
        (("step",), -1),
        (("since",), "x"),
        (("layers", 0, "units"), [0, "1"]),
        (("layers", 1, "units"), [9, *range(1, 9), 0]),
        (("layers", 1, "width"), 11),
        (("layers", 0, "weights"), {"levels": "AAAA", "largest": 1.0}),
        (("layers", 0, "weights", "largest"), 1e60),
        (("layers", 1, "weights"), "!!"),
        (("layers", 1, "biases"), "AAAAfwAAAH8="),
        (("reactions", 0, "pixels"), "AAAA"),
        (("reactions", 0, "label"), 10),
        (("reactions", 0, "layers"), []),
        (("reactions",), 5),
    ],
)
def test_what_is_no_diagram_is_refused(data, path, value):
    record = diagram_of(model_of(hidden=(3,)), data, [0], step=1).to_json()
    Diagram.from_json(record)
    with pytest.raises(ValueError):  # noqa: PT011 (of whatever reads the part)
        Diagram.from_json(_changed(record, path, value))
