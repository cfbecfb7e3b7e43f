"""What a model answered to each image of a split: all that the other questions are asked of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mlcore.errors import CheckpointError, JobError
from mlcore.words import NOT_FINITE

__all__ = ["Answers", "Floats", "Ints", "answers_in", "write_answers"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """Logits of every image of a split, and its true class.

    What is derived from them is computed once, in float64; no array can be written to.

    Attributes:
        logits: (N, C) float32, one image at least.
        labels: (N,) int64, from 0 to C - 1.

    Raises:
        CheckpointError: a logit is NaN or infinite.
        ValueError: the shapes do not go together, or a label is out of range.
    """

    logits: NDArray[np.float32]
    labels: Ints

    def __post_init__(self) -> None:
        count, classes = self.logits.shape
        if self.labels.shape != (count,) or not count:
            raise ValueError(f"{self.labels.shape} labels for {self.logits.shape} logits")
        if self.labels.min() < 0 or self.labels.max() >= classes:
            raise ValueError(f"labels are from 0 to {classes - 1}")
        if not np.isfinite(self.logits).all():
            raise CheckpointError(NOT_FINITE)
        self.logits.setflags(write=False)
        self.labels.setflags(write=False)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def classes(self) -> int:
        """How many there are."""
        return int(self.logits.shape[1])

    @cached_property
    def log_probabilities(self) -> Floats:
        """Log-softmax of the logits, (N, C)."""
        return _kept(log_softmax(self.logits.astype(np.float64)))

    @cached_property
    def probabilities(self) -> Floats:
        """Softmax of the logits, (N, C)."""
        return _kept(np.exp(self.log_probabilities))

    @cached_property
    def predicted(self) -> Ints:
        """The likeliest class of each image, (N,); the first of several alike."""
        return _kept(self.logits.argmax(1))

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Whether it is the true one, (N,)."""
        return _kept(self.predicted == self.labels)

    @cached_property
    def confidence(self) -> Floats:
        """Probability of the likeliest class, (N,)."""
        return _kept(self.probabilities[np.arange(len(self)), self.predicted])

    @cached_property
    def losses(self) -> Floats:
        """-log(probability of the true class), (N,)."""
        return _kept(-self.log_probabilities[np.arange(len(self)), self.labels])

    @cached_property
    def confusion(self) -> Ints:
        """Counts (C, C): rows true classes, columns predicted ones."""
        cells = self.labels * self.classes + self.predicted
        counts = np.bincount(cells, minlength=self.classes**2)
        return _kept(counts.reshape(self.classes, self.classes))

    @property
    def hits(self) -> int:
        """How many images are right."""
        return int(self.right.sum())


def log_softmax(logits: Floats) -> Floats:
    """Logarithm of the softmax over the last axis, without overflow."""
    shifted = logits - logits.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))


def write_answers(path: Path, splits: Mapping[str, Answers]) -> None:
    """Write answers as a plain .npz file, two arrays a split: no object in it needs pickle."""
    arrays = {
        f"{name}.{field}": getattr(answers, field)
        for name, answers in splits.items()
        for field in ("logits", "labels")
    }
    with path.open("wb") as file:
        np.savez(file, **arrays)


def answers_in(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Answers]:
    """The answers in the arrays that `write_answers` wrote, by the name of their split.

    Raises:
        JobError: an array is missing, or they do not go together.
    """
    try:
        return {
            name: Answers(
                arrays[f"{name}.logits"].astype(np.float32, copy=False),
                arrays[f"{name}.labels"].astype(np.int64, copy=False),
            )
            for name in dict.fromkeys(name.partition(".")[0] for name in arrays)
        }
    except (ValueError, KeyError) as error:
        raise JobError("The model's answers cannot be read: ask again.") from error


def _kept(array: NDArray[np.generic]) -> NDArray:  # type: ignore[type-arg]
    array.setflags(write=False)
    return array
