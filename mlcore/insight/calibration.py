"""Whether a model is right as often as it says: reliability, its error, and one temperature.

After Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.insight.answers import Answers, Floats, Ints, log_softmax

__all__ = ["BINS", "Calibration", "Reliability", "calibration", "fit_temperature", "reliability"]

BINS = 15
"""Of equal width, on the probability of the likeliest class; each holds its upper end."""

_COLDEST, _HOTTEST = 1e-3, 1e3
_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Images by the probability of their likeliest class; (B,) each, 0 in a bin without images.

    Attributes:
        counts: images in each bin.
        confidence: mean probability there.
        accuracy: share that is right there.
        ece: expected calibration error: the mean gap between the two, weighted by the images.
    """

    counts: Ints
    confidence: Floats
    accuracy: Floats
    ece: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far to trust the probabilities on the test images.

    Attributes:
        before: as the model gives them.
        after: with its logits divided by the temperature; None without one.
        temperature: above 1 where the model is too sure of itself, below 1 where it is not sure
            enough; None without validation images, or where there is no best one.
        images: validation images that it was fitted on.
    """

    before: Reliability
    after: Reliability | None
    temperature: float | None
    images: int


def calibration(test: Answers, validation: Answers | None, bins: int = BINS) -> Calibration:
    """Reliability on the test images, before and after a temperature fitted on validation images.

    Args:
        test: answers to measure on.
        validation: answers to images that were not trained on; None where there are none.
        bins: of equal width.
    """
    temperature = None if validation is None else fit_temperature(validation)
    return Calibration(
        before=reliability(test, bins=bins),
        after=None if temperature is None else reliability(test, temperature, bins=bins),
        temperature=temperature,
        images=0 if validation is None else len(validation),
    )


def reliability(answers: Answers, temperature: float = 1.0, bins: int = BINS) -> Reliability:
    """The images in bins of confidence, their logits divided by `temperature`."""
    if temperature == 1.0:
        confidence = answers.confidence
    else:
        logs = log_softmax(answers.logits.astype(np.float64) / temperature)
        confidence = np.exp(logs[np.arange(len(answers)), answers.predicted])
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges[1:-1], confidence)  # (N,) lower end < confidence <= upper end
    counts = np.bincount(place, minlength=bins)
    most = np.maximum(counts, 1)
    mean = np.bincount(place, weights=confidence, minlength=bins) / most
    right = np.bincount(place, weights=answers.right, minlength=bins) / most
    gap = float(np.sum(counts * np.abs(right - mean)) / len(answers))
    return Reliability(counts=counts, confidence=mean, accuracy=right, ece=gap)


def fit_temperature(answers: Answers) -> float | None:
    """The temperature with the lowest mean loss: Newton's steps on its inverse, kept in brackets.

    The loss is convex in the inverse. None where no temperature between a thousandth and a
    thousand is best: a model that is never wrong would be ever surer, one that always errs would
    best say nothing.
    """
    logits = answers.logits.astype(np.float64)
    logits = logits - logits.max(1, keepdims=True)
    true = logits[np.arange(len(answers)), answers.labels]  # (N,)
    low, high = 1 / _HOTTEST, 1 / _COLDEST
    if _slope(logits, true, low)[0] >= 0 or _slope(logits, true, high)[0] <= 0:
        return None
    inverse = 1.0
    for _ in range(_STEPS):
        slope, curvature = _slope(logits, true, inverse)
        low, high = (inverse, high) if slope < 0 else (low, inverse)
        step = inverse - slope / curvature if curvature > 0 else low
        following = step if low < step < high else (low + high) / 2
        if abs(following - inverse) <= 1e-14 * inverse or slope == 0:
            break
        inverse = following
    return 1 / inverse


def _slope(logits: Floats, true: Floats, inverse: float) -> tuple[float, float]:
    """First and second derivative of the mean loss by the inverse temperature."""
    chances = np.exp(log_softmax(logits * inverse))  # (N, C)
    mean = (chances * logits).sum(1)  # (N,)
    spread = (chances * np.square(logits)).sum(1) - np.square(mean)
    return float(np.mean(mean - true)), float(np.mean(spread))
