"""The drawn network and the points of its last hidden layer as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.table import Table
from dashboard.words.translation import _
from dashboard.words.wording import listed, probability, signed
from mlcore.insight.diagram import Diagram, Reaction
from mlcore.words import NO_FIGURE

__all__ = ["points_table", "reaction_table"]

_STRONGEST = 3  # inputs that are named


def reaction_table(diagram: Diagram, reaction: Reaction, classes: Sequence[str]) -> Table:
    """Each drawn unit: its sum, what it gives on, and the inputs that move it most."""
    rows = []
    for number, (layer, values) in enumerate(zip(diagram.layers, reaction.layers, strict=True)):
        last = number == len(diagram.layers) - 1
        for place, unit in enumerate(layer.units):
            output = signed(float(values.outputs[place]), 3)
            if last:
                output = probability(float(reaction.probabilities[unit]))
            rows.append(
                (
                    layer.name,
                    classes[unit] if last else str(unit),
                    signed(float(values.sums[place]), 3),
                    output,
                    _inputs(values.strongest[place]),
                )
            )
    headings = (_("Layer"), _("Unit"), _("Sum"), _("Output"))
    return Table((*headings, _("Strongest inputs: weight × output")), tuple(rows))


def points_table(
    xy: NDArray[np.floating],
    labels: NDArray[np.integer],
    predicted: NDArray[np.integer],
    classes: Sequence[str],
) -> Table:
    """Of each class its points: how many, how many mistakes, their middle, and what is nearest.

    Args:
        xy: (N, 2).
        labels: (N,) true classes.
        predicted: (N,) the model's answers.
        classes: the names of the classes.
    """
    there = [number for number in range(len(classes)) if (labels == number).any()]
    middles = {number: xy[labels == number].mean(axis=0) for number in there}
    rows = []
    for number in there:
        own = labels == number
        x, y = middles[number]
        spread = float(np.sqrt(((xy[own] - middles[number]) ** 2).sum(axis=1).mean()))
        others = [other for other in there if other != number]
        near = min(others, key=lambda other: _far(middles[other], (x, y)), default=None)
        rows.append(
            (
                classes[number],
                f"{int(own.sum()):,}",
                f"{int((predicted[own] != number).sum()):,}",
                f"{signed(float(x), 2)}; {signed(float(y), 2)}",
                signed(spread, 2),
                NO_FIGURE if near is None else classes[near],
            )
        )
    headings = (_("Class"), _("Points"), _("Mistakes"), _("Middle"), _("Spread"))
    return Table((*headings, _("Nearest class")), tuple(rows))


def _far(middle: NDArray[np.floating], place: tuple[float, float]) -> float:
    return float(np.hypot(middle[0] - place[0], middle[1] - place[1]))


def _inputs(strongest: NDArray[np.floating]) -> str:
    """The inputs with the largest products: "12: 0.31 × 2.40"; (k, 3)."""
    if not len(strongest):
        return NO_FIGURE
    return listed(
        f"{int(unit)}: {signed(float(weight), 2)} × {signed(float(output), 2)}"
        for unit, weight, output in strongest[:_STRONGEST]
    )
