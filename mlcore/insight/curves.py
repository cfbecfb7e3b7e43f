"""One class against the rest: ROC and precision-recall curves and the areas below them.

Definitions as in scikit-learn: a threshold at every distinct score, images of equal score together;
the area below the ROC curve by trapezoids, average precision as the sum of precision times gain in
recall, without interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.insight.answers import Answers, Floats

__all__ = ["ClassCurves", "class_curves"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCurves:
    """The two curves of a class; arrays from the highest threshold to the lowest.

    Attributes:
        false_positives: (T,) share of the other classes' images at or above each threshold,
            beginning with 0.
        true_positives: (T,) share of the class's own, beginning with 0; the recall.
        precision: (T,) of what is at or above each threshold, the share that is of the class;
            beginning with 1.
        roc_auc: None where the class, or the rest, has no images: there is no curve then.
        average_precision: None where the class has no images.
    """

    false_positives: Floats
    true_positives: Floats
    precision: Floats
    roc_auc: float | None
    average_precision: float | None


def class_curves(answers: Answers) -> tuple[ClassCurves, ...]:
    """The curves of each class by its probability, in the order of the classes."""
    return tuple(_curves(answers, number) for number in range(answers.classes))


def _curves(answers: Answers, number: int) -> ClassCurves:
    scores = answers.probabilities[:, number]  # (N,)
    positive = answers.labels == number  # (N,)
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # of equal scores
    hits = np.cumsum(positive[order])[last].astype(np.float64)  # (T,)
    false = 1.0 + last - hits
    total, rest = float(positive.sum()), float((~positive).sum())
    recall = np.append(0.0, hits / total) if total else np.zeros(len(last) + 1)
    fallout = np.append(0.0, false / rest) if rest else np.zeros(len(last) + 1)
    precision = np.append(1.0, hits / (hits + false))
    area = None
    if total and rest:
        area = float(np.sum(np.diff(fallout) * (recall[1:] + recall[:-1]) / 2))
    average = float(np.sum(np.diff(recall) * precision[1:])) if total else None
    return ClassCurves(
        false_positives=fallout,
        true_positives=recall,
        precision=precision,
        roc_auc=area,
        average_precision=average,
    )
