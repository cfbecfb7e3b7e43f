"""`mlcore evaluate`: a run or checkpoint on a test set."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlcore.cli.arguments import read
from mlcore.cli.common import CheckpointArgument, JsonOption, RunsOption, named_checkpoint
from mlcore.cli.files import bring_data, data_root_of, data_values
from mlcore.cli.layout import print_json, table
from mlcore.config import DataConfig
from mlcore.words import percent

if TYPE_CHECKING:
    from mlcore.evaluation import Evaluation

__all__ = ["run"]

_SETTINGS = ("data.name", "data.root", "data.mean", "data.std", "train.device")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Test a run or checkpoint: accuracy, loss, figures per class, confusion matrix.

    Data set and normalisation are those the model was trained with, unless they are given.
    """

    target: CheckpointArgument = ""
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Evaluate a checkpoint on the whole test set."""
    options, given = read("evaluate", Options, argv, settings=_SETTINGS)
    path = named_checkpoint("evaluate", options.target, options.runs)

    from mlcore.checkpoint import load  # loads torch
    from mlcore.device import resolve
    from mlcore.testing import data_config, evaluate_checkpoint

    found = load(path)
    config = data_config(found, data_root_of(options.target, options.runs) | data_values(given))
    bring_data(config, given)
    device = resolve(str(given.get("train.device", "auto")))
    report = evaluate_checkpoint(found, config, device=device)
    for sentence in (*report.warnings, *(f"Assumed: {line}" for line in found.assumed)):
        print(f"mlcore: {sentence}", file=sys.stderr)
    if options.json:
        print_json(report.evaluation.to_json())
    else:
        _show(report.evaluation, config, str(path))
    return 0


def _show(result: Evaluation, config: DataConfig, path: str) -> None:
    print(f"{path} on {result.images:,} test images of {config.name}")
    print(f"accuracy {percent(result.accuracy)}, loss {result.loss:.4f}")
    print()
    rows = [
        (c.label, percent(c.precision), percent(c.recall), percent(c.f1), f"{c.support:,}")
        for c in result.per_class
    ]
    print(table(("class", "precision", "recall", "F1", "images"), rows))
    print()
    labels = [c.label for c in result.per_class]
    counts = [
        (label, *(str(count) for count in row))
        for label, row in zip(labels, result.confusion, strict=True)
    ]
    print("confusion matrix (rows true, columns predicted)")
    print(table(("", *labels), counts))
