"""How long each figure of a test takes on 10,000 images in ten classes."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from dashboard.charts.class_curves import curves_figure, curves_info
from dashboard.charts.confusion import confusion_figure
from dashboard.charts.confusion_cells import confusion_info
from dashboard.charts.matrix_difference import difference_figure
from dashboard.charts.theme import LIGHT
from dashboard.charts.trust import threshold_figure, threshold_points
from mlcore.config import DataConfig, RunConfig, data_root
from mlcore.data import load_raw, status
from mlcore.data.tensors import load
from mlcore.insight.answers import Answers, answers_in, write_answers
from mlcore.insight.calibration import calibration
from mlcore.insight.comparison import compare
from mlcore.insight.confidence import confidence_histograms
from mlcore.insight.curves import class_curves
from mlcore.insight.epochs import frame
from mlcore.insight.flip import flip
from mlcore.insight.forward import answers_of
from mlcore.insight.neighbours import hidden_of, nearest
from mlcore.insight.path import last_hidden, unit_sum
from mlcore.insight.projection import principal_components
from mlcore.insight.ranking import RANKINGS, ranked
from mlcore.insight.saliency import black_of, gradient_times_input, integrated_gradients
from mlcore.insight.weights import dead_units, first_layer, layer_norms
from mlcore.model import build

__all__ = ["table"]

_IMAGES, _VALIDATION = 10_000, 5_000


def table(rounds: int) -> str:
    """Medians in milliseconds, a line a figure."""
    lines = [f"{'figure':<44}{'ms, median of ' + str(rounds):>20}"]
    for name, ask in _figures().items():
        times = []
        for _round in range(rounds):
            begun = time.perf_counter()
            ask()
            times.append(1_000 * (time.perf_counter() - begun))
        lines.append(f"{name:<44}{statistics.median(times):>20.1f}")
    return "\n".join(lines)


def _figures() -> dict[str, Callable[[], object]]:
    """Name → what computes it from logits alone, with nothing kept from before."""
    logits, labels = _answers(_IMAGES, 0)
    held, held_labels = _answers(_VALIDATION, 1)
    noise = np.random.default_rng(2).normal(0, 1, logits.shape).astype(np.float32)
    file = Path(tempfile.mkdtemp()) / "answers.npz"
    write_answers(file, {"test": Answers(logits, labels), "validation": Answers(held, held_labels)})
    names = [str(number) for number in range(10)]

    def fresh() -> Answers:
        return Answers(logits, labels)

    def curves() -> object:
        found = class_curves(fresh())
        return [
            curves_figure(curves_info(found, names, kind), LIGHT) for kind in ("roc", "precision")
        ]

    def difference() -> object:
        found = compare(fresh(), Answers(logits + noise, labels))
        return difference_figure(found.difference.tolist(), names, LIGHT)

    return {
        **_forward(),
        "answers read from their file": lambda: answers_in(dict(np.load(file))),
        "confusion matrix, drawn": lambda: confusion_figure(
            confusion_info(fresh().confusion.tolist(), names), LIGHT
        ),
        "ROC and precision-recall curves, drawn": curves,
        **{
            f"images in the order “{order}”": lambda order=order: ranked(fresh(), order)
            for order in RANKINGS
        },
        "reliability and temperature": lambda: calibration(fresh(), Answers(held, held_labels)),
        "confidence histograms": lambda: confidence_histograms(fresh(), 20),
        "threshold curve, drawn": lambda: threshold_figure(
            threshold_points(fresh()), (0.5, 0.9), LIGHT
        ),
        "two checkpoints compared, drawn": difference,
    }


def _answers(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Logits (N, 10) like those of a model that is right on some 97 %, and labels (N,)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count)
    logits = rng.normal(0, 2, (count, 10)).astype(np.float32)
    logits[np.arange(count), labels] += 8
    return logits, labels


def _forward() -> dict[str, Callable[[], object]]:
    """What needs a model: the quick start's, on MNIST's images, where they are on disk."""
    config = DataConfig(train_limit=60_000)
    if not status("mnist", data_root(config)).usable:
        return {}
    data = load(config, 0, raw=load_raw("mnist", data_root(config)))
    torch.manual_seed(0)
    model = build(RunConfig(), 10)
    images, labels = data.test.images, data.test.labels
    one = data.inputs(images[:1])[0]  # (784,)
    black, hidden = black_of(data.mean, data.std), hidden_of(model, data.train.images, data)
    points = last_hidden(model, data.inputs(images[:2_000]))
    return {
        "one pass over 10,000 images": lambda: answers_of(model, data.test, data),
        "gradient x input of one image": lambda: gradient_times_input(model, one, 0, black),
        "integrated gradients of one image": lambda: integrated_gradients(model, one, 0, black),
        "a flip of one image": lambda: flip(model, images[0], data.mean, data.std),
        "60,000 images in the last hidden layer": lambda: hidden_of(model, data.train.images, data),
        "the nearest 8 of them": lambda: nearest(
            last_hidden(model, one), hidden, data.train.labels, 8
        ),
        "the sum of one unit": lambda: unit_sum(model, one, 1, 0),
        "first layer, dead units, norms": lambda: (
            first_layer(model),
            dead_units(model, images, data),
            layer_norms(model, images, labels, data),
        ),
        "principal components of 2,000 images": lambda: principal_components(
            points, labels[:2_000]
        ),
        "one epoch of the film": lambda: frame(model, data),
    }
