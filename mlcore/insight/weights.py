"""What the weights say: the first layer's as images, units that never speak, norms per layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from mlcore.data.tensors import Dataset
from mlcore.insight.path import in_parts, walk
from mlcore.model import MLP, evaluation_mode

__all__ = [
    "GRADIENT_IMAGES",
    "DeadUnits",
    "FirstLayer",
    "LayerNorms",
    "Silence",
    "dead_units",
    "first_layer",
    "layer_norms",
    "silence_of",
]

GRADIENT_IMAGES = 1_000
"""The gradient's norm is that of the mean loss of so many images, the first of a split."""

_LIMIT = 0.01  # of the activation's range: nearer to its ends a unit counts as saturated

Silence = Literal["zero", "negative", "saturated"]
"""What makes a unit a dead one; see `silence_of`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FirstLayer:
    """The first layer's units.

    Attributes:
        weights: `(units, 784)` float32.
        norms: `(units,)` their Euclidean norms.
        classes: `(units,)` the class that each speaks for.
    """

    weights: Tensor
    norms: Tensor
    classes: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadUnits:
    """The dead units of one hidden layer."""

    name: str  # "fc1"
    units: int
    dead: tuple[int, ...]  # which ones

    @property
    def share(self) -> float:
        """Of the layer, 0 to 1."""
        return len(self.dead) / self.units


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNorms:
    """Norms of one layer's weights, and of the loss's gradient by them; biases are left out."""

    name: str
    weight: float  # Frobenius norm
    gradient: float  # the same


def first_layer(model: MLP) -> FirstLayer:
    """The first layer's weights, with the class that each unit speaks for.

    That is the class whose logit, beside the mean of all logits, rises most with the unit's output:
    the product of all later weight matrices (and batch norm's factors), activations left out. For a
    network without hidden layers each unit is a class itself.
    """
    linears, norms = model.linears, model.norms
    with torch.no_grad():
        weights = linears[0].weight.float()  # (units, 784)
        effect = torch.eye(model.outputs, dtype=torch.float64)  # (C, C)
        for number in range(len(linears) - 1, 0, -1):
            effect = effect @ linears[number].weight.double().cpu()  # (C, before)
            if norms:
                norm = norms[number - 1]
                assert norm.running_var is not None
                factor = norm.weight / (norm.running_var + norm.eps).sqrt()  # (before,)
                effect = effect * factor.double().cpu()
    classes = (effect - effect.mean(0)).argmax(0)  # (units,)
    return FirstLayer(weights=weights.detach(), norms=weights.norm(dim=1).detach(), classes=classes)


def silence_of(activation: str) -> Silence:
    """What counts as dead with an activation, over all images that are looked at.

    "zero": relu gives 0 for every image, so no gradient passes. "negative": leaky_relu, gelu and
    silu get no input above 0, so that only their leak is used. "saturated": tanh and sigmoid stay
    within 1 % of an end of their range, where they are flat.
    """
    if activation == "relu":
        return "zero"
    return "saturated" if activation in ("tanh", "sigmoid") else "negative"


def dead_units(model: MLP, images: Tensor, data: Dataset) -> tuple[DeadUnits, ...]:
    """The units of each hidden layer that are dead on these images, as `silence_of` defines it.

    Args:
        model: on the device of the images.
        images: `(N, 784)`, as bytes or normalised.
        data: says how bytes are normalised.
    """
    silence = silence_of(model.config.activation)
    low = -1.0 if model.config.activation == "tanh" else 0.0
    silent: list[Tensor] = [
        torch.ones(linear.out_features, dtype=torch.bool) for linear in model.linears[:-1]
    ]
    for part in in_parts(images):
        for number, layer in enumerate(walk(model, data.inputs(part))[:-1]):
            before = layer.sums if layer.normed is None else layer.normed
            silent[number] &= _silent(silence, before, layer.outputs, low).cpu()
    return tuple(
        DeadUnits(name=f"fc{n}", units=len(one), dead=tuple(one.nonzero()[:, 0].tolist()))
        for n, one in enumerate(silent, start=1)
    )


def _silent(silence: Silence, before: Tensor, outputs: Tensor, low: float) -> Tensor:
    """Whether each unit is silent on all rows, `(width,)`."""
    if silence == "zero":
        return (outputs <= 0).all(0)
    if silence == "negative":
        return (before <= 0).all(0)
    reach = (1.0 - low) * _LIMIT
    return ((outputs < low + reach) | (outputs > 1.0 - reach)).all(0)


def layer_norms(
    model: MLP, images: Tensor, labels: Tensor, data: Dataset
) -> tuple[LayerNorms, ...]:
    """Norms of each layer's weights and of the gradient of the mean loss of some images.

    The loss is -log(probability of the true class); dropout is off, and batch norm uses its
    running figures, as in a test.

    Args:
        model: on the device of the images.
        images: `(N, 784)`, as bytes or normalised; the first `GRADIENT_IMAGES` are taken.
        labels: `(N,)`.
        data: says how bytes are normalised.
    """
    inputs, wanted = data.inputs(images[:GRADIENT_IMAGES]), labels[:GRADIENT_IMAGES]
    weights = [linear.weight for linear in model.linears]
    with evaluation_mode(model), torch.enable_grad(), _with_gradients(weights):
        loss = F.cross_entropy(model.logits(inputs), wanted)
        gradients = torch.autograd.grad(loss, weights)
    return tuple(
        LayerNorms(name=f"fc{n}", weight=float(w.detach().norm()), gradient=float(g.norm()))
        for n, (w, g) in enumerate(zip(weights, gradients, strict=True), start=1)
    )


@contextmanager
def _with_gradients(tensors: list[Tensor]) -> Iterator[None]:
    """Within the block these tensors take part in autograd; afterwards as before."""
    before = [tensor.requires_grad for tensor in tensors]
    for tensor in tensors:
        tensor.requires_grad_()
    try:
        yield
    finally:
        for tensor, held in zip(tensors, before, strict=True):
            tensor.requires_grad_(held)
