"""`mlcore evaluate`: a run or checkpoint on a test set."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from mlcore.cli.arguments import POSITIONAL, read, word
from mlcore.cli.common import JsonOption, RunsOption, open_store
from mlcore.cli.files import bring_data, find_checkpoint
from mlcore.cli.layout import table
from mlcore.config import DataConfig
from mlcore.errors import SettingsError
from mlcore.rules import Value
from mlcore.words import percent

if TYPE_CHECKING:
    from mlcore.checkpoint import Checkpoint
    from mlcore.evaluation import Evaluation

__all__ = ["run"]

_SETTINGS = ("data.name", "data.root", "data.mean", "data.std", "train.device")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Test a run or checkpoint: accuracy, loss, figures per class, confusion matrix.

    Data set and normalisation are those the model was trained with, unless they are given.
    """

    target: Annotated[
        str, POSITIONAL, word("checkpoint file, or a run, whose last one is taken", "CHECKPOINT")
    ] = ""
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Evaluate a checkpoint on the whole test set."""
    options, given = read("evaluate", Options, argv, settings=_SETTINGS)
    if not options.target:
        raise SettingsError(
            "`mlcore evaluate` needs a checkpoint file or a run: `mlcore runs` lists the runs."
        )
    path = find_checkpoint(options.target, open_store(options.runs))

    from mlcore.checkpoint import load  # loads torch

    checkpoint = load(path)
    config = _data(checkpoint, given)
    bring_data(config)
    result = _evaluate(checkpoint, config, str(given.get("train.device", "auto")))
    if options.json:
        print(json.dumps(result.to_json(), ensure_ascii=False))
    else:
        _show(result, config, str(path))
    return 0


def _data(checkpoint: Checkpoint, given: Mapping[str, Value]) -> DataConfig:
    """The data set to test on: as the checkpoint tells, with what was given in its place."""
    config = checkpoint.config
    values = dict(config.flat()) if config else {}
    told = checkpoint.data or {}
    values |= {f"data.{key}": told[key] for key in ("name", "mean", "std") if key in told}
    names = [name for name in _SETTINGS if name.startswith("data.")]
    chosen = {name: values[name] for name in names if name in values} | {
        name: value for name, value in given.items() if name in names
    }
    # One image of the training set is enough: none of it is looked at.
    return DataConfig(
        **{name.partition(".")[2]: value for name, value in chosen.items()},  # type: ignore[arg-type]
        train_limit=1,
        batch_size=1,
    )


def _evaluate(checkpoint: Checkpoint, config: DataConfig, device: str) -> Evaluation:
    from mlcore.checkpoint import build_model
    from mlcore.data.tensors import load
    from mlcore.device import resolve
    from mlcore.evaluation import evaluate

    place = resolve(device)
    data = load(config, 0, place)
    trained = checkpoint.data
    if trained and trained["name"] == data.name and trained["fingerprint"] != data.fingerprint:
        _note(f"these files of {data.title} differ from those the model was trained on.")
    elif trained and trained["name"] != data.name:
        _note(f"the model was trained on {trained['name']}, and is tested on {data.name}.")
    for sentence in checkpoint.assumed:
        _note(f"assumed: {sentence}")
    return evaluate(build_model(checkpoint).to(place), data.test, data)


def _note(sentence: str) -> None:
    print(f"mlcore: {sentence}", file=sys.stderr)


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
