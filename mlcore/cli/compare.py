"""`mlcore compare`: two runs, groups of runs, or checkpoints on the same test images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import CheckpointArgument, JsonOption, RunsOption, open_store
from mlcore.cli.judged import verdict_line, verdict_record
from mlcore.cli.layout import print_json
from mlcore.cli.options import POSITIONAL, argument
from mlcore.cli.tested import Tested, answers, open_tested, same_data
from mlcore.errors import SettingsError
from mlcore.files import expand_home, is_file
from mlcore.insight.comparison import Comparison, compare
from mlcore.insight.intervals import accuracy_interval
from mlcore.insight.verdict import Verdict, judge_runs
from mlcore.runs import RunFolder
from mlcore.runs.library.groups import find_experiment, is_experiment
from mlcore.words import counted, percent, share_range

__all__ = ["run"]

_SETTINGS = ("data.name", "data.root", "train.device")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Compare two runs or checkpoints on the same test images: which is better, or is it chance?

    Either can be a group of runs: the id that `mlcore runs --groups` lists, or several runs with
    commas between them. Both are tested on the data set that the first was trained on, unless
    `--data.name` says another; each with its own normalisation. To choose among many settings,
    compare their validation accuracy: whoever chooses by test images has none left to believe.
    """

    target: CheckpointArgument = ""
    other: Annotated[
        str, POSITIONAL, argument("the second: checkpoint, run or group, likewise", "OTHER")
    ] = ""
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Compare two checkpoints, or two groups of runs."""
    options, given = read("compare", Options, argv, settings=_SETTINGS)
    if not options.target or not options.other:
        raise SettingsError(
            "`mlcore compare` needs two runs or checkpoint files: `mlcore runs` lists the runs."
        )
    targets = [_members(text, options.runs) for text in (options.target, options.other)]
    if max(map(len, targets)) > 1:
        from mlcore.cli.compare_groups import compare_groups

        compare_groups(targets, open_store(options.runs), given, as_json=options.json)
        return 0
    (target,), (other,) = targets
    first = open_tested("compare", target, options.runs, given, {})
    same = same_data(first, target, options.runs)
    second = open_tested("compare", other, options.runs, {**same, **given}, {})
    found = compare(answers(first, given), answers(second, given))
    judged = judge_runs(found, own=_of_one_run(first.path, second.path))
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
                **verdict_record(judged),
            }
        )
    else:
        _show(found, judged, first, second)
    return 0


def _members(text: str, runs: str) -> tuple[str, ...]:
    """What a person means: a checkpoint or run, the runs of a group, or several with commas."""
    if is_file(expand_home(text)):
        return (text,)
    if is_experiment(text):
        group = find_experiment(text, open_store(runs).list())
        if group is not None and not group.finished:
            raise SettingsError("No run of the group {group} has finished yet.", group=group.id)
        if group is not None:
            return tuple(info.id for info in group.finished)
    return tuple(filter(None, text.split(","))) or (text,)


def _of_one_run(first: Path, second: Path) -> bool:
    """Whether both files are checkpoints in one run's folder."""
    folder, other = first.resolve().parent, second.resolve().parent
    run = RunFolder(folder.parent)
    return folder == other == run.checkpoints_path and run.is_run()


def _show(found: Comparison, judged: Verdict, first: Tested, second: Tested) -> None:
    print(f"on {found.images:,} test images of {first.config.name}")
    for tested, share in zip((first, second), found.accuracy, strict=True):
        interval = share_range(*accuracy_interval(share, found.images))
        print(f"{percent(share)} (95 % interval: {interval})  {tested.path}")
    a, b = len(found.only_first_right), len(found.only_second_right)
    print(f"only the first is right on {counted(a, 'image')}, only the second on {b:,}")
    print(verdict_line(judged))
