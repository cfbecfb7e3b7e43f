"""Made-up drawings of networks, without torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlcore.insight.diagram import Diagram, DrawnLayer, Reaction, UnitValues

WIDTHS = (128, 20, 10)


def made_diagram(
    step: int = 39, since: int | None = None, image: int = 0, classes: int = 10, best: int = 3
) -> Diagram:
    """A network of 128 and 20 units and its answer to one image, whose class is 2."""
    rng = np.random.default_rng(step)
    widths = (*WIDTHS[:-1], classes)
    layers, values, before = [], [], 784
    for number, width in enumerate(widths):
        units = tuple(range(width)) if number == 2 else tuple(range(1, 17))
        n = len(units)
        weights = _numbers(rng, n, before)
        layers.append(
            DrawnLayer(
                name=f"fc{number + 1}",
                width=width,
                units=units,
                weights=weights,
                biases=_numbers(rng, n),
                change=None if since is None else weights / 50,
            )
        )
        strongest = _numbers(rng, n, 3 if number else 0, 3)
        values.append(
            UnitValues(sums=_numbers(rng, n), outputs=_numbers(rng, n), strongest=strongest)
        )
        before = n
    chances = np.full(classes, 0.4 / (classes - 1), np.float32)
    chances[best] = 0.6
    reaction = Reaction(
        image=image,
        label=2,
        pixels=np.arange(784).astype(np.uint8),
        layers=tuple(values),
        probabilities=chances,
    )
    return Diagram(step=step, since=since, layers=tuple(layers), reactions=(reaction,))


def _numbers(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return rng.normal(size=shape).astype(np.float32)
