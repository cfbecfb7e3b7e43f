"""A checkpoint tested on a data set: the same for the page, the shell and an export."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint import Checkpoint, build_model
from mlcore.checkpoint.untrusted.source import printable
from mlcore.config import DataConfig, data_root
from mlcore.data import CATALOG, RawData, load_raw, status
from mlcore.data.tensors import Dataset, Split, load, split_indices
from mlcore.errors import CheckpointError, MlcoreError, Notice
from mlcore.evaluation import (
    Evaluation,
    Mistake,
    evaluate,
    loss_and_accuracy,
    worst_mistakes,
)
from mlcore.words import NOT_FINITE

__all__ = [
    "EvaluationReport",
    "Trial",
    "Trials",
    "data_config",
    "data_on_disk",
    "evaluate_checkpoint",
    "held_out",
    "try_normalisations",
]

_USUAL = ((0.0, 1.0), (0.5, 0.5), (0.1307, 0.3081))
"""Mean and standard deviation as people take them: none, the quick start's, MNIST's own."""

_TRIED = 2_000  # images on which they are compared
_CHANCE = 0.005  # by which accuracies on so many images differ without reason
_GUESSING = 1.5  # times the accuracy of guessing: less says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A normalisation of the images, and how good the model is with it."""

    mean: float
    std: float
    accuracy: float  # 0 to 1
    loss: float | None  # mean over the images; None where the model has no finite answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """The normalisations that were tried on a checkpoint whose file names none.

    Attributes:
        tried: all of them, in the order of `_USUAL`.
        best: with which it does best: the lowest loss of those whose accuracy is the highest but
            for chance. Where it is hardly better than guessing with any, that of the quick start.
        clear: whether it is better than guessing with the best.
        images: validation images on which they were compared.
    """

    tried: tuple[Trial, ...]
    best: Trial
    clear: bool
    images: int

    def to_json(self) -> dict[str, Any]:
        """The trials as a JSON object."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """How good a checkpoint is on a test set.

    Attributes:
        evaluation: the figures.
        mistakes: the worst, as many as were asked for.
        data: the data set.
        warnings: what a person should know about the figures.
    """

    evaluation: Evaluation
    mistakes: tuple[Mistake, ...]
    data: Dataset
    warnings: tuple[MlcoreError, ...]


def data_config(found: Checkpoint, chosen: Mapping[str, Any]) -> DataConfig:
    """The data set to test a checkpoint on: what it was trained on, unless another is chosen.

    Its folder is this machine's: a file names no place here.

    Args:
        found: the checkpoint.
        chosen: "name", "root", "mean" and "std", or some of them.

    Raises:
        SettingsError: there is no such data set, or a value is out of range.
    """
    own = found.config.data if found.config else DataConfig()
    name = found.data["name"] if found.data else own.name
    values = {"name": name, "mean": found.mean, "std": found.std, **chosen}
    # Of the training images one is enough: only the test set is used, and the rest costs time.
    return DataConfig(**values, train_limit=1, batch_size=1)


def data_on_disk(config: DataConfig, raw: RawData | None = None) -> Dataset | None:
    """A data set, or None where its files are not on this machine."""
    if not status(config.name, data_root(config)).usable:
        return None
    return load(config, 0, raw=raw)


def try_normalisations(
    found: Checkpoint,
    config: DataConfig,
    *,
    device: torch.device | str = "cpu",
    raw: RawData | None = None,
) -> Trials:
    """How good a checkpoint is with each of the usual normalisations, where its file says none.

    They are compared on images held out of the training set; the test images are not looked at.

    Args:
        found: the checkpoint.
        config: what `data_config` gave; of it the data set counts.
        device: where to compute.
        raw: the data, where it has been read before.

    Raises:
        CheckpointError: the model has another number of classes, or an activation of its own.
        DataError: the data set cannot be read.
    """
    found.check_certain()
    data = load(dataclasses.replace(config, train_limit=1, validation=0), 0, device, raw)
    found.check_classes(data)
    split = held_out(raw or load_raw(config.name, data_root(config)), device)
    model = build_model(found).to(device)
    trials = []
    for mean, std in _USUAL:
        as_if = dataclasses.replace(data, mean=mean, std=std)
        loss, accuracy = loss_and_accuracy(model, split, as_if)
        finite = loss if math.isfinite(loss) else None
        trials.append(Trial(mean=mean, std=std, accuracy=accuracy, loss=finite))
    best = _best(trials)
    clear = best.accuracy > _GUESSING / found.outputs
    if not clear:
        best = next(trial for trial in trials if trial.mean == DataConfig().mean)
    return Trials(tried=tuple(trials), best=best, clear=clear, images=len(split))


def _best(trials: Sequence[Trial]) -> Trial:
    """The highest accuracy; of those as high but for chance, the lowest loss."""
    highest = max(trial.accuracy for trial in trials)
    close = [trial for trial in trials if trial.accuracy >= highest - _CHANCE]
    return min(close, key=lambda trial: math.inf if trial.loss is None else trial.loss)


def held_out(raw: RawData, device: torch.device | str, rows: Tensor | None = None) -> Split:
    """Training images to validate on, as bytes.

    Args:
        raw: the data set.
        device: of the tensors.
        rows: (N,) which of them; without, those that a run of seed 0 would hold out.
    """
    if rows is None:
        _, rows = split_indices(len(raw.train), min(_TRIED, len(raw.train)), 0)  # (N,)
    chosen = rows.numpy()
    images = torch.from_numpy(raw.train.images[chosen]).reshape(len(chosen), -1)  # (N, 784) bytes
    return Split(
        images=images.to(device), labels=torch.from_numpy(raw.train.labels[chosen]).to(device)
    )


def evaluate_checkpoint(
    found: Checkpoint,
    config: DataConfig,
    *,
    device: torch.device | str = "cpu",
    raw: RawData | None = None,
    mistakes: int = 0,
    classes: Sequence[str] = (),
) -> EvaluationReport:
    """Test a checkpoint on the whole test set of a data set.

    Args:
        found: the checkpoint.
        config: what `data_config` gave.
        device: where to compute.
        raw: the data, where it has been read before.
        mistakes: how many of the worst mistakes to find.
        classes: names of the model's classes; none: the data set's.

    Raises:
        CheckpointError: the model has another number of classes or an activation of its own, or
            its answers are not finite.
        DataError: the data set cannot be read.
    """
    found.check_certain()
    data = load(config, 0, device, raw)
    found.check_classes(data)
    if classes:
        data = _named(data, classes)
    model = build_model(found).to(device)
    result = evaluate(model, data.test, data)
    if not math.isfinite(result.loss):
        raise CheckpointError(NOT_FINITE)
    return EvaluationReport(
        evaluation=result,
        mistakes=worst_mistakes(model, data.test, data, mistakes) if mistakes else (),
        data=data,
        warnings=(*_differences(found, data), *found.warnings),
    )


def _named(data: Dataset, classes: Sequence[str]) -> Dataset:
    if len(classes) != len(data.classes):
        raise CheckpointError(
            "{given} names of classes were given, but {title} has {classes} classes: "
            "name each once, in the order of the model's outputs.",
            given=len(classes),
            title=data.title,
            classes=len(data.classes),
        )
    return dataclasses.replace(data, classes=tuple(classes))


def _differences(found: Checkpoint, data: Dataset) -> tuple[Notice, ...]:
    """How the data set differs from the one that the model was trained on."""
    trained = found.data
    if trained is None:
        return ()
    if trained["name"] != data.name:
        family = CATALOG.get(trained["name"])
        title = family.title if family else printable(trained["name"])
        return (
            Notice(
                "The model was trained on {trained}, but is tested on {tested}.",
                trained=title,
                tested=data.title,
            ),
        )
    if trained["fingerprint"] != data.fingerprint:
        return (
            Notice(
                "The files of {title} differ from those that the model was trained on.",
                title=data.title,
            ),
        )
    return ()
