"""Which pixels speak for a class: gradient × input, and integrated gradients.

Both explain the logit of a class (not its probability, which also falls where another class's
logit rises) as a function of the pixels' brightness, 0 black to 1 white, before they are
normalised: `x = (p - mean) / std`. What is multiplied or integrated is therefore the distance from
black, `x - black`, and a black pixel gets nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mlcore.model import MLP, evaluation_mode

__all__ = ["STEPS", "black_of", "gradient_times_input", "integrated_gradients"]

STEPS = 64
"""Points of the path from black at which integrated gradients take the gradient."""


def black_of(mean: float, std: float) -> float:
    """The normalised value of a black pixel, the baseline of both."""
    return (0.0 - mean) / std


def gradient_times_input(model: MLP, images: Tensor, target: Tensor | int, black: float) -> Tensor:
    """Gradient of a class's logit times the pixel's distance from black (Shrikumar et al., 2016).

    Args:
        model: on the device of the images.
        images: normalised, `(N, 784)` or `(784,)`.
        target: class of each image, `(N,)`, or one for all.
        black: what `black_of` gives.

    Returns:
        `(N, 784)`: above 0 the pixel speaks for the class, below 0 against it.
    """
    flat = images.reshape(-1, model.inputs)  # (N, 784)
    return _gradients(model, flat, target) * (flat - black)


def integrated_gradients(
    model: MLP, images: Tensor, target: Tensor | int, black: float, *, steps: int = STEPS
) -> Tensor:
    """Integrated gradients from the black image (Sundararajan, Taly, Yan, 2017).

    The integral is a sum over the middles of `steps` equal parts of the straight path. The values
    of an image sum to its logit less the black image's, up to the error of that sum
    (completeness).

    Args:
        model: on the device of the images.
        images: normalised, `(N, 784)` or `(784,)`.
        target: class of each image, `(N,)`, or one for all.
        black: what `black_of` gives.
        steps: points of the path.

    Returns:
        `(N, 784)`, as `gradient_times_input`.
    """
    flat = images.reshape(-1, model.inputs)  # (N, 784)
    along = (torch.arange(steps, device=flat.device) + 0.5) / steps  # (steps,)
    found = []
    for index, image in enumerate(flat):
        points = black + along[:, None] * (image - black)  # (steps, 784)
        wanted = target if isinstance(target, int) else int(target[index])
        found.append(_gradients(model, points, wanted).mean(0) * (image - black))  # (784,)
    return torch.stack(found)


def _gradients(model: MLP, images: Tensor, target: Tensor | int) -> Tensor:
    """Gradient of each image's logit of its target by its normalised pixels, `(N, 784)`."""
    with evaluation_mode(model), torch.enable_grad():
        points = images.detach().clone().requires_grad_()
        logits = model.logits(points)  # (N, C)
        if isinstance(target, int):
            chosen = logits[:, target]
        else:
            chosen = logits.gather(1, target[:, None])[:, 0]
        (gradient,) = torch.autograd.grad(chosen.sum(), points)
    return gradient
