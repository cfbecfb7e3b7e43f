"""A model as a `Diagram`: which units are drawn, their weights, and what they make of images."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.data.tensors import Dataset
from mlcore.insight.diagram import (
    MOST_STRONGEST,
    MOST_UNITS,
    Diagram,
    DrawnLayer,
    Reaction,
    UnitValues,
)
from mlcore.insight.path import LayerValues, walk
from mlcore.model import MLP

__all__ = ["Units", "Weights", "diagram_of", "drawn_units", "drawn_weights", "react"]

Weights = tuple[NDArray[np.float32], ...]
"""Of each layer the weights between drawn units, (n, 784) or (n, m)."""


Units = tuple[tuple[int, ...], ...]
"""Of each layer the numbers of the units that are drawn."""

_MUCH = 2.0  # times as strong


def drawn_units(model: MLP, held: Units | None = None, *, most: int = MOST_UNITS) -> Units:
    """Which units of each layer are drawn: of a wide hidden layer the strongest.

    A unit's strength is the Euclidean norm of the weights that lead to it, times that of those that
    lead away from it: what it hears, times how loudly it speaks. It depends on no image, so the
    same units are seen with every image.

    Args:
        model: the network.
        held: those that were drawn before. They stay, each in its place, unless one that is left
            out has become twice as strong: so nothing jumps while the network learns.
        most: units of a hidden layer.

    Returns:
        Numbers from 0, at first ascending; of the last layer all.
    """
    found: list[tuple[int, ...]] = []
    with torch.no_grad():
        for number, (layer, after) in enumerate(itertools.pairwise(model.linears)):
            strength = layer.weight.norm(dim=1) * after.weight.norm(dim=0)  # (width,)
            order = strength.argsort(descending=True, stable=True).tolist()
            if held is None:
                found.append(tuple(sorted(order[:most])))
            else:
                found.append(_replaced(held[number], order, strength.tolist()))
    return (*found, tuple(range(model.outputs)))


def _replaced(
    held: Sequence[int], order: Sequence[int], strength: Sequence[float]
) -> tuple[int, ...]:
    """The units that are held, the weakest replaced by much stronger ones that are not."""
    units = list(held)
    others = iter([unit for unit in order if unit not in held])
    for unit in reversed([unit for unit in order if unit in held]):
        other = next(others, None)
        if other is None or strength[other] <= _MUCH * strength[unit]:
            break
        units[units.index(unit)] = other
    return tuple(units)


def drawn_weights(model: MLP, units: Sequence[Sequence[int]]) -> Weights:
    """The weights between drawn units, copied: training does not change them any more.

    Args:
        model: the network.
        units: of each layer, as `drawn_units` gives them.
    """
    found = []
    with torch.no_grad():
        for number, (linear, rows) in enumerate(zip(model.linears, units, strict=True)):
            weight = linear.weight[list(rows)]  # (n, before)
            if number:
                weight = weight[:, list(units[number - 1])]  # (n, m)
            found.append(weight.float().cpu().numpy().copy())
    return tuple(found)


def diagram_of(
    model: MLP,
    data: Dataset,
    images: Sequence[int],
    *,
    step: int,
    units: Sequence[Sequence[int]] | None = None,
    before: tuple[int, Weights] | None = None,
) -> Diagram:
    """Draw a model with its answers to test images.

    Nothing of the model changes: dropout is off for the pass and batch norm uses its running
    figures, no random number is drawn, and the mode is as before afterwards.

    Args:
        model: on the device of the images.
        data: its test images are taken.
        images: their numbers, each below `len(data.test)`.
        step: optimisation steps the model has done.
        units: which are drawn; None: the strongest.
        before: an earlier step and its `drawn_weights`, to say what changed since.
    """
    units = drawn_units(model) if units is None else units
    weights = drawn_weights(model, units)
    pixels = data.test.images[list(images)]  # (N, 784)
    labels = data.test.labels[list(images)].tolist()
    reactions = react(model, data.inputs(pixels), units)
    layers = []
    for number, linear in enumerate(model.linears):
        bias = linear.bias.detach()[list(units[number])]
        layers.append(
            DrawnLayer(
                name=f"fc{number + 1}",
                width=linear.out_features,
                units=tuple(units[number]),
                weights=weights[number],
                biases=bias.float().cpu().numpy().copy(),
                change=None if before is None else weights[number] - before[1][number],
            )
        )
    return Diagram(
        step=step,
        since=None if before is None else before[0],
        layers=tuple(layers),
        reactions=tuple(
            Reaction(image=image, label=label, pixels=one.cpu().numpy().copy(), **found)
            for image, label, one, found in zip(images, labels, pixels, reactions, strict=True)
        ),
    )


def react(model: MLP, inputs: Tensor, units: Sequence[Sequence[int]]) -> list[Mapping[str, Any]]:
    """What the drawn units make of images: "layers" and "probabilities" of a `Reaction` for each.

    Args:
        model: on the device of the images.
        inputs: normalised, `(N, 784)`.
        units: of each layer.
    """
    with torch.inference_mode():
        passed = walk(model, inputs)
        found = [
            _values(layer, model.linears[number].weight, units[number], first=not number)
            for number, layer in enumerate(passed)
        ]
        chances = passed[-1].outputs.softmax(1).float().cpu().numpy()  # (N, C)
    return [
        {
            "layers": tuple(
                UnitValues(sums=sums[row], outputs=outputs[row], strongest=strongest[row])
                for sums, outputs, strongest in found
            ),
            "probabilities": chances[row],
        }
        for row in range(len(inputs))
    ]


def _values(
    layer: LayerValues, weight: Tensor, rows: Sequence[int], *, first: bool
) -> tuple[NDArray[np.float32], ...]:
    """Sums (N, n), outputs (N, n) and strongest inputs (N, n, k, 3) of a layer's drawn units."""
    chosen = list(rows)
    sums = layer.sums if layer.normed is None else layer.normed  # (N, width)
    count = 0 if first else min(MOST_STRONGEST, weight.shape[1])
    drawn = weight[chosen]  # (n, before)
    products = drawn[None] * layer.inputs[:, None, :]  # (N, n, before)
    at = products.abs().topk(count, dim=2).indices  # (N, n, k)
    taken = drawn.expand_as(products).gather(2, at)
    given = layer.inputs[:, None, :].expand_as(products).gather(2, at)
    strongest = torch.stack([at.to(taken.dtype), taken, given], dim=3)  # (N, n, k, 3)
    return tuple(
        values.float().cpu().numpy()
        for values in (sums[:, chosen], layer.outputs[:, chosen], strongest)
    )
