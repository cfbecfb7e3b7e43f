"""`mlcore evaluate`: a run or checkpoint on a test set."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mlcore.checkpoint.untrusted.source import noting_file
from mlcore.cli.arguments import read
from mlcore.cli.common import CheckpointArgument, JsonOption, RunsOption
from mlcore.cli.foreign import assumptions, said_of
from mlcore.cli.layout import print_json, table
from mlcore.cli.options import text
from mlcore.cli.tested import Tested, open_tested
from mlcore.errors import SettingsError
from mlcore.insight.calibration import calibration
from mlcore.insight.curves import class_curves
from mlcore.insight.intervals import accuracy_interval
from mlcore.rules import Value, nearest
from mlcore.words import percent, share_range

if TYPE_CHECKING:
    import torch

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
    said = _said(options, given)
    tested = open_tested("evaluate", options.target, options.runs, given, said)

    from mlcore.device import resolve  # loads torch
    from mlcore.testing import evaluate_checkpoint

    device = resolve(str(given.get("train.device", "auto")))
    with noting_file(tested.path):
        report = evaluate_checkpoint(
            tested.found, tested.config, device=device, raw=tested.raw, classes=options.classes
        )
    for sentence in (*report.warnings, *assumptions(tested.found)):
        print(f"mlcore: {sentence}", file=sys.stderr)
    if options.json:
        print_json({**_figures(report.evaluation, tested, device), **_assumed(tested)})
    else:
        _show(report.evaluation, tested)
    return 0


def _figures(result: Evaluation, tested: Tested, device: torch.device) -> dict[str, Any]:
    """For machines: the evaluation, and what else the answers to each image tell."""
    from mlcore.insight.forward import answers_of_checkpoint  # loads torch

    splits = answers_of_checkpoint(tested.found, tested.config, device=device, raw=tested.raw)
    answers = splits["test"]
    found = result.to_json()
    for entry, curves in zip(found["per_class"], class_curves(answers), strict=True):
        entry["roc_auc"] = curves.roc_auc
        entry["average_precision"] = curves.average_precision
    trust = calibration(answers, splits.get("validation"))
    return {
        **found,
        "accuracy_interval": list(_interval(result)),
        "calibration": {
            "ece": trust.before.ece,
            "temperature": trust.temperature,
            "ece_after": trust.after and trust.after.ece,
        },
    }


def _interval(result: Evaluation) -> tuple[float, float]:
    return accuracy_interval(result.accuracy, result.images)


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


def _assumed(tested: Tested) -> dict[str, Any]:
    """For machines: the normalisation, those that were tried, and what else was assumed."""
    return {
        "mean": tested.config.mean,
        "std": tested.config.std,
        "trials": tested.trials and tested.trials.to_json(),
        "assumed": list(map(str, tested.found.assumed)),
    }


def _show(result: Evaluation, tested: Tested) -> None:
    print(f"{tested.path} on {result.images:,} test images of {tested.config.name}")
    print(
        f"accuracy {percent(result.accuracy)} (95 % interval: {share_range(*_interval(result))}), "
        f"loss {result.loss:.4f}"
    )
    print()
    if tested.trials:
        _show_trials(tested.trials)
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
