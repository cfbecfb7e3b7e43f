"""One saved epoch of a run, as a frame of its film: what is drawn of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from mlcore.data.tensors import Dataset
from mlcore.evaluation import evaluate
from mlcore.insight.neighbours import hidden_of
from mlcore.insight.path import in_parts, walk
from mlcore.insight.projection import MOST_POINTS, principal_components
from mlcore.model import MLP

__all__ = ["MOST_UNITS", "Arrays", "Frame", "frame"]

MOST_UNITS = 36
"""Units of the first layer that are drawn, the same in every epoch."""

Arrays: TypeAlias = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """What is drawn of one checkpoint; figures are those of `evaluate`.

    Attributes:
        loss, accuracy: on the test images.
        confusion: (C, C) int64, rows true.
        weights: (units, 784) float32, all of the first layer.
        xy: (N, 2) float32, principal components of the first `MOST_POINTS` test images.
        probabilities: (T, C) float32, of every test image.
    """

    loss: float
    accuracy: float
    confusion: NDArray[np.int64]
    weights: NDArray[np.float32]
    xy: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    def arrays(self) -> Arrays:
        """The frame as arrays, to be kept in a file."""
        return {
            "figures": np.array([self.loss, self.accuracy]),
            "confusion": self.confusion,
            "weights": self.weights,
            "xy": self.xy,
            "probabilities": self.probabilities,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Frame:
        """The frame that `arrays` gave."""
        loss, accuracy = (float(value) for value in arrays["figures"])
        return cls(
            loss=loss,
            accuracy=accuracy,
            confusion=arrays["confusion"].astype(np.int64),
            weights=arrays["weights"].astype(np.float32),
            xy=arrays["xy"].astype(np.float32),
            probabilities=arrays["probabilities"].astype(np.float32),
        )


def frame(model: MLP, data: Dataset) -> Frame:
    """What is drawn of a model.

    Args:
        model: on the device of the images.
        data: its test images are taken.
    """
    found = evaluate(model, data.test, data)
    images = data.test.images
    logits = [walk(model, data.inputs(part))[-1].outputs for part in in_parts(images)]
    hidden = hidden_of(model, images[:MOST_POINTS], data).cpu()
    xy = principal_components(hidden, data.test.labels[:MOST_POINTS].cpu()).xy
    return Frame(
        loss=found.loss,
        accuracy=found.accuracy,
        confusion=np.array(found.confusion, np.int64),
        weights=model.linears[0].weight.detach().float().cpu().numpy().copy(),
        xy=xy.numpy().astype(np.float32),
        probabilities=torch.cat(logits).softmax(1).cpu().numpy(),
    )
