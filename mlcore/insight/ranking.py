"""Which images to look at first: the orders in which a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

import numpy as np

from mlcore.insight.answers import Answers, Floats, Ints

__all__ = ["RANKINGS", "Ranking", "entropies", "margins", "ranked"]

Ranking = Literal["mistakes", "loss", "margin", "entropy", "label"]
RANKINGS: tuple[Ranking, ...] = get_args(Ranking)
"""Most confident mistakes, largest loss, closest calls, least sure, suspected wrong labels."""


def ranked(answers: Answers, ranking: Ranking) -> Ints:
    """Indices of images, the first to look at first; of several alike the one that comes first.

    "mistakes" holds the images that are wrong, "label" those whose label is suspected; the others
    hold all.

    Args:
        answers: of the test images.
        ranking: the order.
    """
    return _ORDERS[ranking](answers)


def margins(answers: Answers) -> Floats:
    """Probability of the likeliest class less that of the next, (N,); 0 to 1."""
    if answers.classes == 1:
        return np.ones(len(answers))
    top = np.partition(answers.probabilities, -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0])


def entropies(answers: Answers) -> Floats:
    """-Σ p log p of each image, (N,), in nats."""
    logs = np.where(answers.probabilities > 0, answers.log_probabilities, 0.0)
    return np.asarray(-(answers.probabilities * logs).sum(1))


def _mistakes(answers: Answers) -> Ints:
    wrong = np.flatnonzero(~answers.right)
    return wrong[np.argsort(-answers.confidence[wrong], kind="stable")]


def _loss(answers: Answers) -> Ints:
    return np.argsort(-answers.losses, kind="stable")


def _margin(answers: Answers) -> Ints:
    return np.argsort(margins(answers), kind="stable")


def _entropy(answers: Answers) -> Ints:
    return np.argsort(-entropies(answers), kind="stable")


def _suspected_labels(answers: Answers) -> Ints:
    """Confident learning (Northcutt, Jiang, Chuang 2021), on the answers to the images themselves.

    The threshold of a class is the mean of its probability over the images that have its label.
    An image whose likeliest class among those that reach their threshold is not its label is
    suspected with confidence. Of a good model these are few, so the other images that it gets
    wrong follow. Both are in the order of the normalised margin: p(label) less the highest of the
    others.
    """
    classes, labels, rows = answers.classes, answers.labels, np.arange(len(answers))
    counts = np.bincount(labels, minlength=classes)  # (C,)
    own = answers.probabilities[rows, labels]  # (N,)
    sums = np.bincount(labels, weights=own, minlength=classes)
    thresholds = np.divide(sums, counts, out=np.full(classes, np.inf), where=counts > 0)
    reached = np.where(answers.probabilities >= thresholds, answers.probabilities, -1.0)  # (N, C)
    confident = (reached.max(1) >= 0) & (reached.argmax(1) != labels)
    others = answers.probabilities.copy()
    others[rows, labels] = -1.0
    margin = own - others.max(1)
    suspected = np.flatnonzero(confident | ~answers.right)
    return suspected[np.lexsort((margin[suspected], ~confident[suspected]))]


_ORDERS: Mapping[Ranking, Callable[[Answers], Ints]] = {
    "mistakes": _mistakes,
    "loss": _loss,
    "margin": _margin,
    "entropy": _entropy,
    "label": _suspected_labels,
}
