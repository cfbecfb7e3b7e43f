"""How good a model is: loss, accuracy, confusion matrix, per-class figures, worst mistakes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from mlcore.data.tensors import Dataset, Split
from mlcore.errors import SettingsError
from mlcore.model import MLP

__all__ = [
    "Evaluation",
    "Mistake",
    "PerClass",
    "evaluate",
    "loss_and_accuracy",
    "worst_mistakes",
]

BATCH = 1000  # images of one forward pass
GUESSES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PerClass:
    """How well one class is recognised; 0.0 where a ratio has no images."""

    label: str  # the class's name
    precision: float  # of the images predicted as this class, the share that is of it
    recall: float  # of the images of this class, the share predicted as it
    f1: float  # harmonic mean of the two
    support: int  # images of this class


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """An image that the model got wrong."""

    index: int  # in the split
    label: int  # its true class
    guesses: tuple[tuple[int, float], ...]  # likeliest classes with their probability
    loss: float  # -log(probability of the true class)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a model does on a whole split."""

    images: int
    loss: float  # mean over the images
    accuracy: float  # 0 to 1
    confusion: tuple[tuple[int, ...], ...]  # rows true, columns predicted
    per_class: tuple[PerClass, ...]

    def to_json(self) -> dict[str, Any]:
        """The evaluation as a JSON object; `from_json` gives an equal one back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Evaluation:
        """The evaluation that `to_json` wrote."""
        return cls(
            images=int(record["images"]),
            accuracy=float(record["accuracy"]),
            loss=float(record["loss"]),
            confusion=tuple(tuple(int(n) for n in row) for row in record["confusion"]),
            per_class=tuple(PerClass(**entry) for entry in record["per_class"]),
        )


def evaluate(model: MLP, split: Split, dataset: Dataset, *, batch_size: int = BATCH) -> Evaluation:
    """Loss, accuracy, confusion matrix and per-class figures of a model on a split.

    Runs under `eval()` and `inference_mode()`, and leaves the model in the mode it was in.
    The loss is the mean of -log(probability of the true class), summed in float64; it is the
    same figure for models that give logits. Accuracy equals a loop's over a `DataLoader` exactly,
    the loss to float32 rounding (a loop sums batch means).

    Args:
        model: on the device of the images.
        split: images `(N, 784)` and labels `(N,)`.
        dataset: class names, and the normalisation of images kept as bytes.
        batch_size: images of one forward pass; it bounds memory, not the result.

    Raises:
        SettingsError: the model has another number of classes than the data set.
    """
    classes = len(dataset.classes)
    losses, cells = [], []
    for labels, log_probabilities in _forward(model, split, dataset, batch_size):
        losses.append(_losses(log_probabilities, labels))  # (B,)
        cells.append(labels * classes + log_probabilities.argmax(1))  # (B,) cell of the matrix
    counts = torch.bincount(torch.cat(cells), minlength=classes * classes)  # (C * C,)
    confusion = counts.view(classes, classes).tolist()  # syncs with the device
    right = sum(confusion[c][c] for c in range(classes))
    return Evaluation(
        images=len(split),
        loss=_mean(losses),
        accuracy=right / len(split),
        confusion=tuple(tuple(row) for row in confusion),
        per_class=_per_class(confusion, dataset.classes),
    )


def loss_and_accuracy(model: MLP, split: Split, dataset: Dataset) -> tuple[float, float]:
    """Mean loss and accuracy (0 to 1) alone, as `evaluate` gives them, for use at every epoch."""
    losses, hits = [], []
    for labels, log_probabilities in _forward(model, split, dataset, BATCH):
        losses.append(_losses(log_probabilities, labels))  # (B,)
        hits.append(log_probabilities.argmax(1) == labels)  # (B,)
    return _mean(losses), int(torch.cat(hits).sum()) / len(split)


def worst_mistakes(model: MLP, split: Split, dataset: Dataset, count: int) -> tuple[Mistake, ...]:
    """The wrongly classified images, highest loss first, `count` at most."""
    found: list[tuple[Tensor, ...]] = []
    start = 0
    for labels, log_probabilities in _forward(model, split, dataset, BATCH):
        likeliest = log_probabilities.topk(min(GUESSES, model.outputs), dim=1)
        losses = _losses(log_probabilities, labels)  # (B,)
        wrong = (log_probabilities.argmax(1) != labels).nonzero().squeeze(1)  # (W,) syncs
        columns = (wrong + start, labels[wrong], losses[wrong])
        found.append((*columns, likeliest.indices[wrong], likeliest.values[wrong].exp()))
        start += len(labels)
    index, label, loss, guesses, chances = (
        torch.cat(column) for column in zip(*found, strict=True)
    )
    order = loss.argsort(descending=True, stable=True)[:count]  # (count,)
    return tuple(
        Mistake(index=i, label=c, guesses=tuple(zip(g, p, strict=True)), loss=x)
        for i, c, g, p, x in zip(
            index[order].tolist(),
            label[order].tolist(),
            guesses[order].tolist(),
            chances[order].tolist(),
            loss[order].tolist(),
            strict=True,
        )
    )


def _forward(
    model: MLP, split: Split, dataset: Dataset, batch_size: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Labels `(B,)` and log-probabilities `(B, C)` of each batch, in order."""
    if model.outputs != len(dataset.classes):
        raise SettingsError(
            "The model has {outputs} classes, but {data} has {classes}: choose a data set with "
            "{outputs} classes.",
            outputs=model.outputs,
            data=dataset.title,
            classes=len(dataset.classes),
        )
    with _evaluating(model):
        for start in range(0, len(split), batch_size):
            images = dataset.inputs(split.images[start : start + batch_size])  # (B, 784)
            labels = split.labels[start : start + batch_size]  # (B,)
            yield labels, F.log_softmax(model.logits(images), dim=1)


@contextmanager
def _evaluating(model: MLP) -> Iterator[None]:
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)


def _losses(log_probabilities: Tensor, labels: Tensor) -> Tensor:
    """-log(probability of the true class) of each image, `(B,)`."""
    return F.nll_loss(log_probabilities, labels, reduction="none")


def _mean(losses: list[Tensor]) -> float:
    """Mean over all images, summed in float64 on the CPU (not every device has float64)."""
    every = torch.cat(losses).cpu()  # (N,) syncs with the device
    return float(every.sum(dtype=torch.float64)) / len(every)


def _per_class(confusion: list[list[int]], classes: tuple[str, ...]) -> tuple[PerClass, ...]:
    predicted = [sum(column) for column in zip(*confusion, strict=True)]
    entries = []
    for number, name in enumerate(classes):
        support = sum(confusion[number])
        right = confusion[number][number]
        precision = _ratio(right, predicted[number])
        recall = _ratio(right, support)
        entries.append(
            PerClass(
                label=name,
                precision=precision,
                recall=recall,
                f1=_ratio(2 * precision * recall, precision + recall),
                support=support,
            )
        )
    return tuple(entries)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
