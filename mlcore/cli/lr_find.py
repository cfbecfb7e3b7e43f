"""`mlcore lr-find`: a short test in which the learning rate grows, and the rate it suggests."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlcore.cli.arguments import read
from mlcore.cli.checks import check_fit
from mlcore.cli.common import JsonOption, PresetOption, preset_in
from mlcore.cli.files import bring_data
from mlcore.cli.layout import LiveLine, print_json, table
from mlcore.config import SETTINGS, RunConfig
from mlcore.errors import SettingsError
from mlcore.export.code.command import command
from mlcore.lr_finder import STEPS, RangeTest, Suggestion, smoothed, suggest, unused
from mlcore.words import as_text, counted, figure

if TYPE_CHECKING:
    from mlcore.data.tensors import Dataset

__all__ = ["run"]

_ROWS = 20  # of the table
_WIDTH = 40  # characters of the curve beside it


@dataclass(frozen=True, kw_only=True)
class Options:
    """Find a learning rate: train a throw-away model while the rate grows from 1e-06 to 10.

    Suggested is a rate at which the loss falls well, before it turns up (range test, Smith 2017).
    It is tried beside the usual rate, 0.003: of two that come out close, the lower is suggested.
    No run is made, and no model is changed. The given learning rate, the schedule, and how long to
    train are not used.
    """

    preset: PresetOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Make the test and say what it suggests; 0 also where it suggests nothing, and says why."""
    base = preset_in(argv)
    options, given = read("lr-find", Options, argv, settings=SETTINGS, base=base)
    config = base.with_values(given)
    bring_data(config.data, given)
    check_fit(config)
    found = _test(config, shown=not options.json)
    suggestion = suggest(found, config.optim)
    if options.json:
        print_json(
            {
                **found.to_json(),
                "smoothed": smoothed(found.losses).tolist(),
                "suggestion": suggestion.lr,
                "reason": _reason(suggestion),
                "unused": list(unused(config)),
            }
        )
    else:
        _show(config, found, suggestion)
    return 0


def _test(config: RunConfig, *, shown: bool) -> RangeTest:
    from mlcore.device import restored_threads  # loads torch
    from mlcore.lr_finder.range_test import data_for

    line = LiveLine(sys.stderr, shown=shown)
    with restored_threads():
        try:
            return _followed(config, data_for(config), line)
        finally:
            line.clear()


def _followed(config: RunConfig, data: Dataset, line: LiveLine) -> RangeTest:
    import torch

    from mlcore.lr_finder.finding import find

    if config.train.threads:
        torch.set_num_threads(config.train.threads)
    found = RangeTest()
    for found in find(config, data):
        line.draw(_progress(found))
    return found


def _progress(found: RangeTest) -> str:
    what, lr, losses, steps = "", found.lrs[-1], found.losses, STEPS
    if found.trials:
        trial = found.trials[-1]
        what, lr, losses, steps = "trial: ", trial.lr, trial.losses, trial.steps
    place = f"step {len(losses)} of {steps}"
    return f"{what}{place}  learning rate {lr:.2g}  loss {figure(losses[-1])}"


def _reason(suggestion: Suggestion) -> str:
    return " ".join(map(str, suggestion.reasons))


def _show(config: RunConfig, found: RangeTest, suggestion: Suggestion) -> None:
    print(_curve(found, suggestion))
    print()
    if names := unused(config):
        print(f"Not used by the test: {', '.join(names)}.")
    if suggestion.lr is None:
        print(f"No learning rate is suggested. {_reason(suggestion)}")
        return
    print(f"Suggested learning rate: {as_text(suggestion.lr)}. {_reason(suggestion)}\n")
    try:
        print(command(config.with_values({"optim.lr": suggestion.lr})), end="")
    except SettingsError as error:
        print(f"With the other settings it cannot be used: {error}")


def _curve(found: RangeTest, suggestion: Suggestion) -> str:
    """Some of the steps, evenly apart and the lowest loss among them, with a curve."""
    means = smoothed(found.losses)
    places = set(range(0, len(found.lrs), STEPS // _ROWS)) | {len(found.lrs) - 1}
    if suggestion.lowest is not None:
        places.add(suggestion.lowest)
    shown = {place: float(means[place]) for place in sorted(places) if place < len(means)}
    low = min(shown.values(), default=0.0)
    high = max(low, shown.get(0, 0.0)) + (shown.get(0, 0.0) - low) / 2  # what is above is cut off
    rows, curve = [], [""]
    for place in sorted(places):
        mean = shown.get(place)
        rows.append((f"{found.lrs[place]:.2g}", figure(found.losses[place]), figure(mean)))
        curve.append(_mark(mean, low, high) + ("  lowest" if place == suggestion.lowest else ""))
    lines = table(("learning rate", "loss", "smoothed"), rows, left=0).splitlines()
    drawn = "\n".join(f"{line}  {mark}".rstrip() for line, mark in zip(lines, curve, strict=True))
    how = "where the loss diverged" if found.ending == "diverged" else "at the highest rate"
    return f"{drawn}\n\nEnded after {counted(len(found.lrs), 'step')}, {how}."


def _mark(value: float | None, low: float, high: float) -> str:
    """A star at the place of a value between two others; at the end an arrow, where it is above."""
    if value is None or high <= low:
        return ""
    place = round(_WIDTH * (value - low) / (high - low))
    return " " * _WIDTH + ">" if place > _WIDTH else " " * place + "*"
