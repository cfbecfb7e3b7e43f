"""`mlcore rename`, `delete` and `restore`: keep the runs folder in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.answers import PATIENCE
from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption, RunOptions, RunsOption, named_run, open_store
from mlcore.cli.layout import print_json
from mlcore.cli.options import OPTIONAL, POSITIONAL, argument, switch
from mlcore.errors import RunError, SettingsError
from mlcore.runs import ENDED, RunFolder, read_state
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library import label, trash
from mlcore.words import counted

__all__ = ["delete", "rename", "restore"]


@dataclass(frozen=True, kw_only=True)
class RenameOptions(RunOptions):
    """Give a run a name, or remove its name with ""."""

    name: Annotated[str | None, POSITIONAL, OPTIONAL, argument("what to call it", "NAME")] = None


@dataclass(frozen=True, kw_only=True)
class DeleteOptions:
    """Put runs into the trash, from which `mlcore restore` restores them.

    None is deleted unless all can be.
    """

    targets: Annotated[
        tuple[str, ...],
        POSITIONAL,
        argument("ids of the runs, the beginnings of them, or their folders", "RUN"),
    ] = ()
    runs: RunsOption = ""
    json: JsonOption = False
    stop: Annotated[bool, switch("stop it first if it trains")] = False


@dataclass(frozen=True, kw_only=True)
class RestoreOptions:
    """Restore a deleted run, or empty the trash for good.

    `mlcore runs --deleted` lists the runs in the trash.
    """

    target: Annotated[str, POSITIONAL, argument("its id; none: the one deleted last", "RUN")] = ""
    empty: Annotated[bool, switch("delete all runs in the trash for good")] = False
    runs: RunsOption = ""
    json: JsonOption = False


def rename(argv: Sequence[str]) -> int:
    """Name a run."""
    options, _ = read("rename", RenameOptions, argv)
    folder = named_run("rename", options.target, options.runs)
    if options.name is None:
        raise SettingsError('`mlcore rename` needs a name after the run; "" removes its name.')
    label.rename(folder, options.name)
    name = label.read_label(folder).name
    words = f"is called {name}" if name else "has no name any more"
    return _print(folder, words, as_json=options.json)


def delete(argv: Sequence[str]) -> int:
    """Put runs into the trash."""
    options, _ = read("delete", DeleteOptions, argv)
    named = [named_run("delete", target, options.runs) for target in options.targets or ("",)]
    folders = {folder.path: folder for folder in named}.values()  # each once
    if not options.stop:
        for folder in folders:
            _check_still(folder)
    for folder in folders:
        if read_state(folder) not in ENDED and options.stop:
            RunQueue(folder.path.parent).end(folder, PATIENCE)
        words = f"is in the trash; `mlcore restore {folder.id}` restores it"
        _print(trash.delete(folder), words, as_json=options.json)
    return 0


def _check_still(folder: RunFolder) -> None:
    state = read_state(folder)
    if state in ("running", "paused"):
        raise RunError(
            "Run {run} is {state}: `mlcore delete {run} --stop` stops it first.",
            run=folder.id,
            state=state,
        )


def restore(argv: Sequence[str]) -> int:
    """Restore a run, or empty the trash."""
    options, _ = read("restore", RestoreOptions, argv)
    store = open_store(options.runs)
    if options.empty:
        if options.target:
            raise SettingsError("`--empty` takes no run: it deletes all runs in the trash.")
        count = trash.empty_trash(store)
        words = f"{counted(count, 'run')} deleted for good"
        if options.json:
            print_json({"deleted": count})
        else:
            print(words)
        return 0
    return _print(trash.restore(store, options.target), "is back", as_json=options.json)


def _print(folder: RunFolder, words: str, *, as_json: bool) -> int:
    if as_json:
        name = label.read_label(folder).name
        record = {"run": folder.id, "name": name, "folder": str(folder.path)}
        print_json(record)
    else:
        print(f"run {folder.id} {words}")
    return 0
