"""First-layer weights, dead units, norms."""

import pytest
import torch
import torch.nn.functional as F

from mlcore.insight.weights import dead_units, first_layer, layer_norms


def test_a_unit_speaks_for_the_class_whose_logit_it_raises_most(trained):
    model = trained(hidden=(6,))
    found = first_layer(model)
    torch.testing.assert_close(found.norms, model.fc1.weight.norm(dim=1))
    later = model.fc2.weight
    for unit in range(6):
        lean = later[:, unit] - later[:, unit].mean()
        assert int(found.classes[unit]) == int(lean.argmax())


def test_the_class_is_that_of_the_gradient_where_all_is_linear(trained, digits):
    """With batch norm and two layers, where every activation is passed on: a network of ±1."""
    model = trained(hidden=(7, 5), batch_norm=True, activation="leaky_relu")
    found = first_layer(model)
    norm = model.bn1
    sums = torch.zeros(1, 7, dtype=torch.float64, requires_grad=True)

    def onward(sums):
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        hidden = sums * scale.double() @ model.fc2.weight.double().T
        scale = model.bn2.weight / (model.bn2.running_var + model.bn2.eps).sqrt()
        return hidden * scale.double() @ model.fc3.weight.double().T

    effect = torch.stack([torch.autograd.grad(onward(sums)[0, c], sums)[0][0] for c in range(10)])
    assert found.classes.tolist() == (effect - effect.mean(0)).argmax(0).tolist()


def test_without_hidden_layers_each_unit_is_its_class(trained):
    assert first_layer(trained(hidden=())).classes.tolist() == list(range(10))


@pytest.mark.parametrize(
    ("activation", "bias"),
    [("relu", -1e4), ("gelu", -1e4), ("leaky_relu", -1e4), ("tanh", 1e4), ("sigmoid", -1e4)],
)
def test_units_that_never_speak_are_dead(trained, digits, activation, bias):
    model = trained(activation=activation, steps=5)
    before = dead_units(model, digits.test.images, digits)
    living = min({*range(12)} - {*before[1].dead})
    with torch.no_grad():
        model.fc2.bias[living] = bias
    after = dead_units(model, digits.test.images, digits)
    assert [layer.units for layer in after] == [24, 12]
    assert after[0] == before[0]
    assert set(after[1].dead) == {*before[1].dead, living}
    assert after[1].share == len(after[1].dead) / 12


def test_the_norms_are_those_of_autograd(trained, digits):
    model = trained()
    for weight in model.parameters():
        weight.requires_grad_(False)  # as a loaded checkpoint's
    found = layer_norms(model, digits.train.images, digits.train.labels, digits)
    assert not any(weight.requires_grad for weight in model.parameters())
    for weight in model.parameters():
        weight.requires_grad_()
    images = digits.inputs(digits.train.images[:1000])
    F.nll_loss(model(images), digits.train.labels[:1000]).backward()
    for layer, linear in zip(found, model.linears, strict=True):
        assert layer.weight == pytest.approx(float(linear.weight.norm()), rel=1e-6)
        assert layer.gradient == pytest.approx(float(linear.weight.grad.norm()), rel=1e-4)
