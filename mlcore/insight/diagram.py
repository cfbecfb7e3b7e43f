"""A network as it is drawn: some units of each layer, their weights, and answers to images.

Plain numbers without torch, and their JSON form: a worker or a short job draws, a page shows.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.insight.numbers_as_text import (
    LARGEST,
    Floats,
    as_bytes,
    from_bytes,
    packed,
    unpacked,
    whole,
)

__all__ = [
    "MOST_STRONGEST",
    "MOST_UNITS",
    "Diagram",
    "DrawnLayer",
    "Reaction",
    "UnitValues",
]

MOST_UNITS = 16
"""Units of a hidden layer that are drawn; of the last layer all are."""

MOST_STRONGEST = 3
"""Inputs that are named for each unit after the first layer."""

_MOST_LAYERS, _MOST_CLASSES, _PIXELS = 40, 1_000, 784


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnLayer:
    """The units of one linear layer that are drawn.

    Attributes:
        name: "fc1", as in the state dict.
        width: units that the layer has.
        units: (n,) which of them are drawn.
        weights: (n, 784) of the first layer, 8 bits each; (n, m) of a later one, from the m drawn
            units of the layer before.
        biases: (n,)
        change: like `weights`, what they gained since step `Diagram.since`; None where no step is
            known before this one.
    """

    name: str
    width: int
    units: tuple[int, ...]
    weights: Floats
    biases: Floats
    change: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitValues:
    """What the drawn units of one layer make of an image, dropout off.

    Attributes:
        sums: (n,) weight × input, summed, plus bias; where the layer has batch norm, after it.
        outputs: (n,) after the activation; of the last layer the logits.
        strongest: (n, k, 3) of each unit the inputs with the largest products by size, among all
            of the layer before: their number, weight, and output. (n, 0, 3) in the first layer.
    """

    sums: Floats
    outputs: Floats
    strongest: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reaction:
    """How the network answers to one image.

    Attributes:
        image: its number in the test set.
        label: its class.
        pixels: (784,) uint8.
        layers: for each layer, the values of its drawn units.
        probabilities: (C,) after the softmax.
    """

    image: int
    label: int
    pixels: NDArray[np.uint8]
    layers: tuple[UnitValues, ...]
    probabilities: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Diagram:
    """A network at one moment, and its answers to a few images.

    Attributes:
        step: optimisation steps done.
        since: the step from which the layers' `change` counts; None where there is none.
        layers: in order.
        reactions: one an image.
    """

    step: int
    since: int | None
    layers: tuple[DrawnLayer, ...]
    reactions: tuple[Reaction, ...]

    @property
    def units(self) -> tuple[tuple[int, ...], ...]:
        """Which units of each layer are drawn."""
        return tuple(layer.units for layer in self.layers)

    @property
    def weights(self) -> tuple[Floats, ...]:
        """The weights of each layer between drawn units."""
        return tuple(layer.weights for layer in self.layers)

    @property
    def is_finite(self) -> bool:
        """Whether its JSON form can be read; of a run that diverges it cannot, at some step.

        The numbers of all others are not merely finite, but smaller than 1e38.
        """
        drawn = [one for layer in self.layers for one in (layer.weights, layer.biases)]
        changes = [layer.change for layer in self.layers if layer.change is not None]
        values = [values for one in self.reactions for values in one.layers]
        made = [one for each in values for one in (each.sums, each.outputs, each.strongest)]
        return all(bool((np.abs(one) < LARGEST).all()) for one in (*drawn, *changes, *made))

    def reaction(self, image: int) -> Reaction | None:
        """The answer to this image of the test set; None where it was not asked for."""
        return next((one for one in self.reactions if one.image == image), None)

    def to_json(self) -> dict[str, Any]:
        """The diagram as a JSON object; of the first layer's weights each is a byte."""
        return {
            "step": self.step,
            "since": self.since,
            "layers": [
                {
                    "name": layer.name,
                    "width": layer.width,
                    "units": list(layer.units),
                    "biases": packed(layer.biases),
                    "weights": as_bytes(layer.weights) if not n else packed(layer.weights),
                    "change": None
                    if layer.change is None
                    else (as_bytes(layer.change) if not n else packed(layer.change)),
                }
                for n, layer in enumerate(self.layers)
            ],
            "reactions": [_reaction_json(one) for one in self.reactions],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Diagram:
        """The diagram that `to_json` gave.

        Raises:
            ValueError: it is none, or its parts do not fit each other.
        """
        try:
            layers = _layers(record["layers"])
            reactions = tuple(_reaction(one, layers) for one in record["reactions"])
            since = record["since"]
            step = whole(record["step"], 2**53)
            since = None if since is None else whole(since, 2**53)
        except (KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise ValueError("no diagram of a network") from error
        return cls(step=step, since=since, layers=layers, reactions=reactions)


def _reaction_json(one: Reaction) -> dict[str, Any]:
    return {
        "image": one.image,
        "label": one.label,
        "pixels": base64.b64encode(one.pixels.tobytes()).decode(),
        "probabilities": packed(one.probabilities),
        "layers": [
            {
                "sums": packed(values.sums),
                "outputs": packed(values.outputs),
                "strongest": packed(values.strongest),
            }
            for values in one.layers
        ],
    }


def _layers(records: Sequence[Mapping[str, Any]]) -> tuple[DrawnLayer, ...]:
    if not 0 < len(records) <= _MOST_LAYERS:
        raise ValueError("no layers, or too many")
    found: list[DrawnLayer] = []
    for number, record in enumerate(records):
        units = tuple(whole(unit, 2**31) for unit in record["units"])
        width, last = whole(record["width"], 2**31), number == len(records) - 1
        if not 0 < len(units) <= _MOST_CLASSES or (last and units != tuple(range(width))):
            raise ValueError("no units, too many, or not all of the last layer")
        shape = (len(units), len(found[-1].units) if found else _PIXELS)
        read = unpacked if number else from_bytes
        change = record["change"]
        found.append(
            DrawnLayer(
                name=str(record["name"])[:20],
                width=width,
                units=units,
                weights=read(record["weights"], shape),
                biases=unpacked(record["biases"], (len(units),)),
                change=None if change is None else read(change, shape),
            )
        )
    return tuple(found)


def _reaction(record: Mapping[str, Any], layers: Sequence[DrawnLayer]) -> Reaction:
    pixels = np.frombuffer(base64.b64decode(record["pixels"], validate=True), np.uint8)
    if pixels.shape != (_PIXELS,) or len(record["layers"]) != len(layers):
        raise ValueError("no image of 784 pixels, or other layers")
    values = []
    for number, (one, layer) in enumerate(zip(record["layers"], layers, strict=True)):
        n = len(layer.units)
        inputs = min(MOST_STRONGEST, layers[number - 1].width) if number else 0
        values.append(
            UnitValues(
                sums=unpacked(one["sums"], (n,)),
                outputs=unpacked(one["outputs"], (n,)),
                strongest=unpacked(one["strongest"], (n, inputs, 3)),
            )
        )
    probabilities = unpacked(record["probabilities"], (len(layers[-1].units),))
    return Reaction(
        image=whole(record["image"], 2**31),
        label=whole(record["label"], len(probabilities)),
        pixels=pixels,
        layers=tuple(values),
        probabilities=probabilities,
    )
