"""`mlcore evaluate`: a run or checkpoint on a test set."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mlcore.cli.arguments import read
from mlcore.cli.common import CheckpointArgument, JsonOption, RunsOption, named_checkpoint
from mlcore.cli.files import bring_data, data_root_of, data_values
from mlcore.cli.foreign import assumptions, best_of_usual, check_said, said_of
from mlcore.cli.layout import print_json, table
from mlcore.cli.options import text
from mlcore.config import DataConfig, data_root
from mlcore.errors import SettingsError
from mlcore.rules import Value, nearest
from mlcore.words import percent

if TYPE_CHECKING:
    from mlcore.checkpoint import Checkpoint
    from mlcore.evaluation import Evaluation
    from mlcore.testing import Trials

__all__ = ["run"]

_SETTINGS = (
    "data.name",
    "data.root",
    "data.mean",
    "data.std",
    "model.activation",
    "train.device",
)
_OUTPUTS = ("log_softmax", "logits", "softmax")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Test a run or checkpoint: accuracy, loss, figures per class, confusion matrix.

    Data set, activation and normalisation are those the model was trained with. Where a file does
    not say them, the usual normalisations are tried on validation images, and the best is taken.
    """

    target: CheckpointArgument = ""
    output: Annotated[
        str,
        text(
            "what the last layer of a foreign model gives: log_softmax, logits or softmax; "
            "the figures are the same for all three",
            "what the file says, else log_softmax",
        ),
    ] = ""
    classes: Annotated[
        tuple[str, ...],
        text("names of the model's classes, in the order of its outputs", "the data set's", "NAME"),
    ] = ()
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Evaluate a checkpoint on the whole test set."""
    options, given = read("evaluate", Options, argv, settings=_SETTINGS)
    path = named_checkpoint("evaluate", options.target, options.runs)
    said = _said(options, given)

    from mlcore.checkpoint import load  # loads torch
    from mlcore.data import load_raw
    from mlcore.device import resolve
    from mlcore.testing import data_config, evaluate_checkpoint

    found = load(path)
    check_said(found, given)
    found = found.assuming(said)
    found.check_certain()
    chosen = data_root_of(options.target, options.runs) | data_values(given)
    config = data_config(found, chosen)
    bring_data(config, given)
    raw = load_raw(config.name, data_root(config))
    found, trials = best_of_usual(found, config, given, raw)
    config = data_config(found, chosen)
    device = resolve(str(given.get("train.device", "auto")))
    report = evaluate_checkpoint(found, config, device=device, raw=raw, classes=options.classes)
    for sentence in (*report.warnings, *assumptions(found)):
        print(f"mlcore: {sentence}", file=sys.stderr)
    if options.json:
        print_json({**report.evaluation.to_json(), **_assumed(found, config, trials)})
    else:
        _show(report.evaluation, config, str(path), trials)
    return 0


def _said(options: Options, given: Mapping[str, Value]) -> dict[str, Any]:
    """What the words say of the file, where it does not say it itself."""
    if options.output and options.output not in _OUTPUTS:
        raise SettingsError(
            "`--output` must be one of {choices}, but got {value!r}{hint}.",
            choices=", ".join(_OUTPUTS),
            value=options.output,
            hint=nearest(options.output, _OUTPUTS),
        )
    own = {"output": options.output, "classes": options.classes}
    return {**said_of(given), **{name: value for name, value in own.items() if value}}


def _assumed(found: Checkpoint, config: DataConfig, trials: Trials | None) -> dict[str, Any]:
    """For machines: the normalisation, those that were tried, and what else was assumed."""
    return {
        "mean": config.mean,
        "std": config.std,
        "trials": trials and trials.to_json(),
        "assumed": list(map(str, found.assumed)),
    }


def _show(result: Evaluation, config: DataConfig, path: str, trials: Trials | None) -> None:
    print(f"{path} on {result.images:,} test images of {config.name}")
    print(f"accuracy {percent(result.accuracy)}, loss {result.loss:.4f}")
    print()
    if trials:
        _show_trials(trials)
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


def _show_trials(trials: Trials) -> None:
    rows = [
        (
            f"{trial.mean:g}",
            f"{trial.std:g}",
            percent(trial.accuracy),
            "not finite" if trial.loss is None else f"{trial.loss:.4f}",
            "taken" if trial == trials.best else "",
        )
        for trial in trials.tried
    ]
    images = f"{trials.images:,} validation images"
    print(f"normalisations tried on {images}, as the file names none that can be used")
    print(table(("mean", "std", "accuracy", "loss", ""), rows))
    if not trials.clear:
        print("with none of them the model is better than guessing")
    print()
