"""The way of an image through the network: what every layer makes of it, and one unit's sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mlcore.errors import SettingsError
from mlcore.model import ACTIVATIONS, MLP, evaluation_mode

__all__ = ["LayerValues", "Term", "UnitSum", "in_parts", "last_hidden", "unit_sum", "walk"]

MOST_TERMS = 10
"""Terms of a unit's sum that are named; the others are summed up."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerValues:
    """What one layer makes of `N` images, dropout off.

    Attributes:
        name: "fc1", "fc2", … as in the state dict.
        inputs: `(N, before)` what it is given; of the first layer the normalised pixels.
        sums: `(N, width)` weight × input, summed, plus bias.
        normed: `(N, width)` the sums after batch norm; None where the layer has none.
        outputs: `(N, width)` after the activation; of the last layer the logits.
    """

    name: str
    inputs: Tensor
    sums: Tensor
    normed: Tensor | None
    outputs: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One summand of a unit: weight × input."""

    index: int  # of the input: a pixel, or a unit of the layer before
    input: float
    weight: float
    product: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSum:
    """The arithmetic of one unit for one image.

    The products are taken and summed in float64; the model sums in float32, in an order of its own,
    so that `total` and `shown` agree to float32 rounding.

    Attributes:
        layer: from 1, as in its name "fc1".
        unit: from 0.
        terms: the largest products by size, largest first.
        others: how many more there are.
        rest: what the others sum to.
        bias: of the unit.
        total: terms + rest + bias.
        shown: the sum as the model computes it.
        normed: after batch norm; None where the layer has none.
        output: after the activation; of the last layer the logit.
    """

    layer: int
    unit: int
    terms: tuple[Term, ...]
    others: int
    rest: float
    bias: float
    total: float
    shown: float
    normed: float | None
    output: float


def walk(model: MLP, images: Tensor) -> tuple[LayerValues, ...]:
    """What every layer makes of images; the last one's outputs are the model's logits.

    Args:
        model: on the device of the images; its mode is as before afterwards.
        images: normalised, `(N, 784)`, or one of `(784,)`.
    """
    hidden = images.reshape(-1, model.inputs).to(model.dtype)  # (N, 784)
    activation, norms = ACTIVATIONS[model.config.activation], model.norms
    found = []
    with evaluation_mode(model), torch.inference_mode():
        for number, linear in enumerate(model.linears, start=1):
            last = number == len(model.linears)
            sums = linear(hidden)  # (N, width)
            normed = norms[number - 1](sums) if norms and not last else None
            before = sums if normed is None else normed
            outputs = before if last else activation(before)  # (N, width)
            found.append(
                LayerValues(
                    name=f"fc{number}", inputs=hidden, sums=sums, normed=normed, outputs=outputs
                )
            )
            hidden = outputs
    return tuple(found)


def in_parts(rows: Tensor, size: int = 2_000) -> Iterator[Tensor]:
    """The rows of a tensor, so many at a time: what is made of them bounds the memory."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def last_hidden(model: MLP, images: Tensor) -> Tensor:
    """Outputs of the last hidden layer `(N, width)`; without one, the images themselves.

    Args:
        model: on the device of the images.
        images: normalised, `(N, 784)` or `(784,)`.
    """
    return walk(model, images)[-1].inputs


def unit_sum(
    model: MLP, image: Tensor, layer: int, unit: int, *, most: int = MOST_TERMS
) -> UnitSum:
    """The sum that gives one unit's number.

    Args:
        model: the network.
        image: normalised, `(784,)`.
        layer: from 1.
        unit: from 0.
        most: terms that are named.

    Raises:
        SettingsError: there is no such layer or unit.
    """
    linear = _linear_of(model, layer, unit)
    values = walk(model, image)[layer - 1]
    inputs = values.inputs[0].double()  # (before,)
    weights = linear.weight[unit].detach().double()  # (before,)
    products = inputs * weights  # (before,)
    order = products.abs().argsort(descending=True, stable=True)
    bias = float(linear.bias[unit].detach())
    normed = values.normed
    return UnitSum(
        layer=layer,
        unit=unit,
        terms=_terms(inputs, weights, order[:most]),
        others=max(0, len(products) - most),
        rest=float(products[order[most:]].sum()),
        bias=bias,
        total=float(products.sum()) + bias,
        shown=float(values.sums[0, unit]),
        normed=None if normed is None else float(normed[0, unit]),
        output=float(values.outputs[0, unit]),
    )


def _linear_of(model: MLP, layer: int, unit: int) -> nn.Linear:
    linears = model.linears
    if not 1 <= layer <= len(linears):
        raise SettingsError(
            "There is no layer {layer}: the model has {layers}.", layer=layer, layers=len(linears)
        )
    linear = linears[layer - 1]
    if not 0 <= unit < linear.out_features:
        raise SettingsError(
            "Layer {layer} has no unit {unit}: its units are 0 to {last}.",
            layer=layer,
            unit=unit,
            last=linear.out_features - 1,
        )
    return linear


def _terms(inputs: Tensor, weights: Tensor, chosen: Tensor) -> tuple[Term, ...]:
    return tuple(
        Term(index=i, input=value, weight=weight, product=value * weight)
        for i, value, weight in zip(
            chosen.tolist(), inputs[chosen].tolist(), weights[chosen].tolist(), strict=True
        )
    )
