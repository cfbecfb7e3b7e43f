"""Saliency is captum's, and integrated gradients are complete."""

import pytest
import torch
from captum.attr import InputXGradient, IntegratedGradients

from mlcore.insight.saliency import black_of, gradient_times_input, integrated_gradients

SHAPES = [{"hidden": (24, 12)}, {"hidden": (16,), "batch_norm": True, "activation": "gelu"}]
BLACK = black_of(0.1, 0.3)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradient_times_input_is_captums_of_the_network_with_its_normalisation(
    trained, digits, shape
):
    model = trained(**shape)
    pixels = digits.test.images[:20].float() / 255
    target = digits.test.labels[:20]
    theirs = InputXGradient(lambda p: model.logits((p - 0.1) / 0.3)).attribute(
        pixels.requires_grad_(), target=target
    )
    ours = gradient_times_input(model, digits.inputs(digits.test.images[:20]), target, BLACK)
    torch.testing.assert_close(ours, theirs.detach(), rtol=0, atol=1e-5)
    assert float(ours[digits.test.images[:20] == 0].abs().max()) < 1e-6  # black says nothing


@pytest.mark.parametrize("shape", SHAPES)
def test_integrated_gradients_are_captums_and_sum_to_the_difference(trained, digits, shape):
    model = trained(**shape)
    images = digits.inputs(digits.test.images[:8])
    target = digits.test.labels[:8]
    black = torch.full_like(images, BLACK)
    theirs = IntegratedGradients(model.logits).attribute(
        images, black, target=target, n_steps=64, method="riemann_middle"
    )
    ours = integrated_gradients(model, images, target, BLACK)
    torch.testing.assert_close(ours, theirs.float(), rtol=0, atol=1e-5)
    fine = integrated_gradients(model, images, target, BLACK, steps=2048).sum(1)
    rows = torch.arange(8)
    difference = (model.logits(images) - model.logits(black))[rows, target].detach()
    torch.testing.assert_close(fine, difference, rtol=2e-3, atol=2e-3)


def test_one_image_and_one_class_may_be_given(trained, digits):
    model, image = trained(), digits.inputs(digits.test.images[3])
    assert gradient_times_input(model, image, 4, BLACK).shape == (1, 784)
    both = integrated_gradients(model, image, 4, BLACK)
    assert torch.equal(both, integrated_gradients(model, image[None], torch.tensor([4]), BLACK))
    assert all(weight.grad is None for weight in model.parameters())
