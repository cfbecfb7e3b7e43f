"""How sure a model is where it is right and where it is wrong, and what it costs to be sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.insight.answers import Answers, Floats, Ints

__all__ = ["Answered", "answered", "confidence_histograms", "threshold_curve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What is left where a model answers only when it is sure enough.

    Attributes:
        count: images that it answers.
        right: those of them that are right.
        total: all images.
    """

    count: int
    right: int
    total: int

    @property
    def share(self) -> float:
        """Of all images, answered; 0 to 1."""
        return self.count / self.total

    @property
    def accuracy(self) -> float | None:
        """On what is answered, 0 to 1; None where nothing is."""
        return self.right / self.count if self.count else None


def answered(answers: Answers, threshold: float) -> Answered:
    """What is left where the likeliest class must have this probability at least."""
    sure = answers.confidence >= threshold
    return Answered(
        count=int(sure.sum()), right=int((sure & answers.right).sum()), total=len(answers)
    )


def threshold_curve(answers: Answers) -> tuple[Floats, Floats, Floats]:
    """Threshold, share answered and accuracy, (T,) each, at every distinct confidence, falling."""
    order = np.argsort(-answers.confidence, kind="stable")
    levels = answers.confidence[order]
    last = np.append(np.flatnonzero(np.diff(levels)), len(levels) - 1)
    right = np.cumsum(answers.right[order])[last]
    return levels[last], (last + 1) / len(answers), right / (last + 1)


def confidence_histograms(answers: Answers, bins: int) -> tuple[Ints, Ints]:
    """Images by confidence, (bins,) of equal width from 0 to 1: those right, and those wrong."""
    right, _ = np.histogram(answers.confidence[answers.right], bins, (0.0, 1.0))
    wrong, _ = np.histogram(answers.confidence[~answers.right], bins, (0.0, 1.0))
    return right.astype(np.int64), wrong.astype(np.int64)
