"""`mlcore compare`: two runs or checkpoints on the same test images."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import CheckpointArgument, JsonOption, RunsOption
from mlcore.cli.files import data_root_of
from mlcore.cli.foreign import assumptions
from mlcore.cli.layout import print_json
from mlcore.cli.options import POSITIONAL, argument
from mlcore.cli.tested import Tested, open_tested
from mlcore.errors import SettingsError
from mlcore.insight.comparison import SIGNIFICANT, Comparison, compare
from mlcore.insight.intervals import accuracy_interval
from mlcore.words import counted, percent, share_range

if TYPE_CHECKING:
    import torch

    from mlcore.insight.answers import Answers

__all__ = ["run"]

_SETTINGS = ("data.name", "data.root", "train.device")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Compare two runs or checkpoints on the same test images: which is better, or is it chance?

    Both are tested on the data set that the first was trained on, unless `--data.name` says
    another; each with its own normalisation.
    """

    target: CheckpointArgument = ""
    other: Annotated[
        str, POSITIONAL, argument("the second: checkpoint file or run, likewise", "OTHER")
    ] = ""
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Compare two checkpoints."""
    options, given = read("compare", Options, argv, settings=_SETTINGS)
    if not options.target or not options.other:
        raise SettingsError(
            "`mlcore compare` needs two runs or checkpoint files: `mlcore runs` lists the runs."
        )
    first = open_tested("compare", options.target, options.runs, given, {})
    root = data_root_of(options.target, options.runs)
    same = {"data.name": first.config.name, **{f"data.{key}": value for key, value in root.items()}}
    second = open_tested("compare", options.other, options.runs, {**same, **given}, {})

    from mlcore.device import resolve  # loads torch

    device = resolve(str(given.get("train.device", "auto")))
    found = compare(_answers(first, device), _answers(second, device))
    if options.json:
        print_json(
            {
                "accuracy": list(found.accuracy),
                "accuracy_interval": [
                    accuracy_interval(share, found.images) for share in found.accuracy
                ],
                "only_first_right": len(found.only_first_right),
                "only_second_right": len(found.only_second_right),
                "mcnemar_p": found.mcnemar_p,
            }
        )
    else:
        _show(found, first, second)
    return 0


def _answers(tested: Tested, device: torch.device) -> Answers:
    """What a checkpoint answers on the test images; what is assumed of it is said aloud."""
    from mlcore.insight.forward import answers_on_test  # loads torch

    for sentence in assumptions(tested.found):
        print(f"mlcore: {tested.path.name}: {sentence}", file=sys.stderr)
    return answers_on_test(tested.found, tested.config, device=device, raw=tested.raw)


def _show(found: Comparison, first: Tested, second: Tested) -> None:
    print(f"on {found.images:,} test images of {first.config.name}")
    for tested, share in zip((first, second), found.accuracy, strict=True):
        interval = share_range(*accuracy_interval(share, found.images))
        print(f"{percent(share)} (95 % interval: {interval})  {tested.path}")
    a, b = len(found.only_first_right), len(found.only_second_right)
    words = f"only the first is right on {counted(a, 'image')}, only the second on {b:,}"
    if a == b:
        print(f"{words}: as many on each side, so nothing speaks for either")
        return
    better = "first" if a > b else "second"
    p = f"= {found.mcnemar_p:.3g}" if found.mcnemar_p else "< 1e-300"  # too small for a number
    chance = f"McNemar's exact test: p {p}"
    if found.mcnemar_p < SIGNIFICANT:
        print(f"{words}: the {better} is better, and that is hardly chance ({chance})")
    else:
        print(f"{words}: the {better} did better, but that could be chance ({chance})")
