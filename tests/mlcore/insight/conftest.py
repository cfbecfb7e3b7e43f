"""Answers of made-up models, the odd ones among them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mlcore.insight.answers import Answers

KINDS = ("usual", "ties", "two classes", "a class missing", "all right", "all wrong", "one image")


def make(kind: str, count: int = 400, classes: int = 10, seed: int = 0) -> Answers:
    rng = np.random.default_rng(seed)
    if kind == "two classes":
        classes = 2
    if kind == "one image":
        count = 1
    labels = rng.integers(0, classes, count)
    if kind == "a class missing":
        labels[labels == 3] = 4
    logits = rng.normal(0, 1.5, (count, classes))
    logits[np.arange(count), labels] += 2.0
    if kind == "ties":
        logits = np.round(logits)
    if kind == "all right":
        logits[np.arange(count), labels] = logits.max(1) + 1
    if kind == "all wrong":
        logits[np.arange(count), labels] = logits.min(1) - 1
    return Answers(logits.astype(np.float32), labels.astype(np.int64))


@pytest.fixture(params=KINDS)
def answers(request: pytest.FixtureRequest) -> Answers:
    return make(request.param)


@pytest.fixture
def made() -> Callable[..., Answers]:
    return make
