"""`mlcore runs`: what was trained, newest first."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from mlcore.cli.arguments import read, switch, text, word
from mlcore.cli.files import find_run
from mlcore.cli.layout import table
from mlcore.errors import SettingsError
from mlcore.rules import list_words
from mlcore.runs import History, RunFolder, RunInfo, RunStore
from mlcore.runs.library.trash import trash
from mlcore.words import figure, percent

__all__ = ["RUN", "RUNS", "named_run", "open_store", "run", "tell_damage"]

RUN = word("id of a run, the beginning of it, or its folder", "RUN")
_FIGURES = ("epoch", "loss", "validation", "test", "when")
RUNS = text("folder of the runs", "the variable MLCORE_RUNS, else ./runs", "DIR")


@dataclass(frozen=True, kw_only=True)
class Options:
    """List the runs, newest first."""

    tag: Annotated[tuple[str, ...], text("only runs with these tags", "all runs", "TAG")] = ()
    deleted: Annotated[bool, switch("those in the trash instead")] = False
    runs: Annotated[str, RUNS] = ""
    json: Annotated[bool, switch("one JSON object a line")] = False


def open_store(runs: str) -> RunStore:
    """The store in the folder that `--runs` names."""
    return RunStore(Path(runs).expanduser() if runs else None)


def named_run(command: str, target: str, runs: str) -> RunFolder:
    """The run that a command names.

    Raises:
        SettingsError: it names none.
        RunError: there is no such run.
    """
    if not target:
        raise SettingsError(f"`mlcore {command}` needs a run: `mlcore runs` lists them.")
    return find_run(target, open_store(runs))


def tell_damage(folder: RunFolder) -> None:
    """Say on standard error what of a run's logs cannot be read, if anything."""
    history = History(folder)
    history.refresh()
    if history.damage:
        print(f"mlcore: {history.damage}", file=sys.stderr)


def run(argv: Sequence[str]) -> int:
    """List the runs; damaged ones are named on standard error."""
    options, _ = read("runs", Options, argv)
    store = open_store(options.runs)
    if options.deleted:
        store = trash(store)
    wanted = {tag.casefold() for tag in options.tag}
    found = [info for info in store.list() if wanted <= {tag.casefold() for tag in info.tags}]
    for sentence in store.damaged().values():
        print(f"mlcore: {sentence}", file=sys.stderr)
    if options.json:
        for info in found:
            print(json.dumps(_record(info), ensure_ascii=False))
    elif found:
        tagged = any(info.tags for info in found)
        headers = ("id", "name", *(("tags",) if tagged else ()), "state", *_FIGURES)
        rows = [_row(info, tagged=tagged) for info in found]
        print(table(headers, rows, left=3 + tagged))
        for info in found:
            if info.message:
                print(f"{info.id} {info.state}: {info.message}")
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
        percent(info.test_accuracy),
        time.strftime("%Y-%m-%d %H:%M", time.localtime(info.created)),
    )


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
        "message": info.message,
        "settings": info.config.to_json(),
    }
