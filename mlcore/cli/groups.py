"""Groups of runs in a shell: as rows, as JSON, and by what a person writes for one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from mlcore.cli.layout import print_json, table
from mlcore.config import SETTINGS
from mlcore.errors import RunError
from mlcore.insight.t_tests import Spread
from mlcore.rules import shortened
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS, Cell
from mlcore.runs.library.groups import RunGroup, find_experiment
from mlcore.runs.library.table_file import write_table
from mlcore.words import mean_figure, mean_percent

__all__ = ["group_record", "groups_file", "members", "show_groups"]

_FIGURES = ("loss", "validation_loss", "validation_accuracy", "test_accuracy")
_HEADERS = ("group", "name", "runs", "seeds", "loss", "validation", "test", "when")


def members(text: str, runs: Sequence[RunInfo]) -> tuple[RunInfo, ...]:
    """The runs of the group whose id a person wrote, or the beginning of it.

    Raises:
        RunError: there is no such group, or several.
    """
    group = find_experiment(text, runs)
    if group is None:
        raise RunError(
            "There is no group {text!r}: `mlcore runs --groups` lists them.", text=shortened(text)
        )
    return group.runs


def group_record(group: RunGroup) -> dict[str, Any]:
    """A group as JSON: its runs and seeds, and mean, sd and n of each figure (null: none has it).

    `experiment` is null where the runs were not started together; `repeated` are the runs that
    are left out, as they have the seed and the settings of another.
    """
    spreads = {name: group.figure(attrgetter(name)) for name in _FIGURES}
    return {
        "experiment": group.id if group.experiment else None,
        "runs": [info.id for info in group.counted],
        "repeated": [info.id for info in group.repeated],
        "seeds": list(group.seeds),
        **{
            name: found and {"mean": found.mean, "sd": found.sd, "n": found.n}
            for name, found in spreads.items()
        },
    }


def groups_file(groups: Sequence[RunGroup], form: str) -> bytes:
    """The table of some groups as a file: "json", or with a column for each figure.

    Raises:
        ExportError: Parquet needs a package that is not installed.
    """
    if form == "json":
        records = [_whole_record(group) for group in groups]
        return json.dumps(records, ensure_ascii=False, indent=1).encode() + b"\n"
    settings = [name for name in SETTINGS if name != "train.seed"]
    kinds = {"group": "text", "name": "text", "runs": "count", "finished": "count"}
    kinds["seeds"] = "sizes"
    for name in _FIGURES:
        kinds |= {f"{name}_mean": "number", f"{name}_sd": "number", f"{name}_n": "count"}
    kinds |= {name: COLUMNS[name].kind for name in settings}
    return write_table(kinds, [_cells(group, settings) for group in groups], form)


def _cells(group: RunGroup, settings: Sequence[str]) -> list[Cell]:
    values = group.config.flat()
    figures = [group.figure(attrgetter(name)) for name in _FIGURES]
    parts = [(found.mean, found.sd, found.n) if found else (None,) * 3 for found in figures]
    return [
        group.id,
        _name(group),
        len(group.counted),
        len(group.finished),
        group.seeds,
        *(cell for part in parts for cell in part),
        *(values[name] for name in settings),
    ]


def _whole_record(group: RunGroup) -> dict[str, Any]:
    return group_record(group) | {"settings": group.config.to_json()}


def show_groups(groups: Sequence[RunGroup], *, as_json: bool) -> None:
    """Print a row for each group."""
    if as_json:
        for group in groups:
            print_json(_whole_record(group))
        return
    print(table(_HEADERS, [_row(group) for group in groups], left=2))
    if any(group.experiment for group in groups):
        print("`mlcore runs --group GROUP` lists the runs of one.")


def _row(group: RunGroup) -> tuple[str, ...]:
    validation = group.figure(lambda info: info.validation_accuracy)
    test = group.figure(lambda info: info.test_accuracy)
    return (
        group.id,
        _name(group),
        f"{len(group.finished)}/{len(group.counted)}",
        _seeds(group.seeds),
        _cell(group.figure(lambda info: info.loss), mean_figure),
        _cell(validation, mean_percent),
        _cell(test, mean_percent),
        time.strftime("%Y-%m-%d %H:%M", time.localtime(group.runs[0].created)),
    )


def _name(group: RunGroup) -> str:
    return next((info.name for info in group.runs if info.name), "")


def _seeds(seeds: Sequence[int]) -> str:
    """Seeds as "0-4" where they follow one another, else as "0 7 9"."""
    first, last = seeds[0], seeds[-1]
    if len(seeds) > 1 and list(seeds) == list(range(first, last + 1)):
        return f"{first}-{last}"
    return " ".join(map(str, seeds))


def _cell(found: Spread | None, words: Callable[[float | None, float | None], str]) -> str:
    return words(found.mean, found.sd) if found else words(None, None)
