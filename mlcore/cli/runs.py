"""`mlcore runs`: what was trained, newest first."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption, RunsOption, open_store
from mlcore.cli.layout import print_json, table
from mlcore.cli.options import switch, text
from mlcore.rules import list_words
from mlcore.runs import RunInfo
from mlcore.runs.library.trash import count_deleted, deleted_runs, trash
from mlcore.words import figure, percent, share_range

__all__ = ["run"]

_FIGURES = ("epoch", "loss", "validation", "test", "when")


@dataclass(frozen=True, kw_only=True)
class Options:
    """List the runs, newest first."""

    tag: Annotated[tuple[str, ...], text("only runs with these tags", "all runs", "TAG")] = ()
    deleted: Annotated[bool, switch("those in the trash instead")] = False
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """List the runs; damaged ones are named on standard error."""
    options, _ = read("runs", Options, argv)
    store = open_store(options.runs)
    if options.deleted and not options.json and not count_deleted(store):
        print(f"No run of {store.root} was deleted: the trash is empty.")
        return 0
    listed = deleted_runs(store) if options.deleted else store.list()
    if options.deleted:
        store = trash(store)
    wanted = {tag.casefold() for tag in options.tag}
    found = [info for info in listed if wanted <= {tag.casefold() for tag in info.tags}]
    for sentence in store.damaged().values():
        print(f"mlcore: {sentence}", file=sys.stderr)
    if options.json:
        for info in found:
            print_json(_record(info))
    elif found:
        tagged = any(info.tags for info in found)
        headers = ("id", "name", *(("tags",) if tagged else ()), "state", *_FIGURES)
        rows = [_row(info, tagged=tagged) for info in found]
        print(table(headers, rows, left=3 + tagged))
        for info in found:
            if info.message:
                print(f"{info.id} {info.state}: {info.message}")
        if options.deleted:
            print(
                "`mlcore restore RUN` restores one; `mlcore restore --empty` deletes all for good."
            )
    elif wanted:
        tags = list_words(options.tag)
        print(f"No run in {store.root} has {tags} as tags: `mlcore runs` lists all.")
    else:
        print(f"There are no runs in {store.root} yet: `mlcore train` makes one.")
    return 0


def _row(info: RunInfo, *, tagged: bool) -> tuple[str, ...]:
    return (
        info.id,
        info.name,
        *((" ".join(info.tags),) if tagged else ()),
        info.state,
        f"{info.epoch}/{info.epochs}",
        figure(info.loss),
        percent(info.validation_accuracy),
        _test_accuracy(info),
        time.strftime("%Y-%m-%d %H:%M", time.localtime(info.created)),
    )


def _test_accuracy(info: RunInfo) -> str:
    interval = info.test_accuracy_interval
    return percent(info.test_accuracy) + (f" ({share_range(*interval)})" if interval else "")


def _record(info: RunInfo) -> dict[str, Any]:
    return {
        "run": info.id,
        "name": info.name,
        "tags": list(info.tags),
        "note": info.note,
        "folder": str(info.path),
        "state": info.state,
        "created": info.created,
        "parent": info.parent,
        "epoch": info.epoch,
        "epochs": info.epochs,
        "step": info.step,
        "loss": info.loss,
        "validation_loss": info.validation_loss,
        "validation_accuracy": info.validation_accuracy,
        "test_accuracy": info.test_accuracy,
        "test_accuracy_interval": info.test_accuracy_interval,
        "message": info.message,
        "settings": info.config.to_json(),
    }
