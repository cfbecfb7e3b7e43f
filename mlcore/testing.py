"""A checkpoint tested on a data set: the same for the page, the shell and an export."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from mlcore.checkpoint import Checkpoint, build_model
from mlcore.checkpoint.untrusted.source import printable
from mlcore.config import DataConfig, data_root
from mlcore.data import CATALOG, RawData, status
from mlcore.data.tensors import Dataset, load
from mlcore.errors import CheckpointError, MlcoreError, Notice
from mlcore.evaluation import NOT_FINITE, Evaluation, Mistake, evaluate, worst_mistakes

__all__ = ["EvaluationReport", "data_config", "data_on_disk", "evaluate_checkpoint"]


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


def evaluate_checkpoint(
    found: Checkpoint,
    config: DataConfig,
    *,
    device: torch.device | str = "cpu",
    raw: RawData | None = None,
    mistakes: int = 0,
) -> EvaluationReport:
    """Test a checkpoint on the whole test set of a data set.

    Args:
        found: the checkpoint.
        config: what `data_config` gave.
        device: where to compute.
        raw: the data, where it has been read before.
        mistakes: how many of the worst mistakes to find.

    Raises:
        CheckpointError: the model has another number of classes, or its answers are not finite.
        DataError: the data set cannot be read.
    """
    data = load(config, 0, device, raw)
    found.check_classes(data)
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
