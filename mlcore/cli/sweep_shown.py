"""`mlcore sweep list`, `show`, `stop` and `best`: what there is to say of a sweep."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption, RunsOption, open_store
from mlcore.cli.layout import print_json, table
from mlcore.cli.main import FAILED
from mlcore.cli.options import POSITIONAL, argument, switch
from mlcore.cli.sweep_storage import StorageOptions, address_in, all_at
from mlcore.cli.sweep_text import (
    importance_record,
    importance_text,
    list_row,
    params_text,
    places_header,
    state_line,
    sweep_record,
    trial_record,
    trial_row,
    value_text_of,
)
from mlcore.errors import RunError, SettingsError
from mlcore.export.code.command import command
from mlcore.runs import RunStore
from mlcore.runs.library.trash import deleted_runs
from mlcore.sweeps import SweepFolder, SweepSummary, find_sweep, read_sweep
from mlcore.sweeps.folder import sweep_folders
from mlcore.sweeps.importance import importance
from mlcore.sweeps.stopping import stop_sweep
from mlcore.words import counted

__all__ = [
    "NameArgument",
    "best",
    "check_named",
    "list_",
    "named_sweep",
    "show",
    "stop",
]

NameArgument: TypeAlias = Annotated[str, POSITIONAL, argument("name of a sweep", "NAME")]

_SEEDS = 5


@dataclass(frozen=True, kw_only=True)
class ListOptions(StorageOptions):
    """List the sweeps."""

    runs: RunsOption = ""
    json: JsonOption = False


@dataclass(frozen=True, kw_only=True)
class SweepOptions(StorageOptions):
    """What each action on one sweep takes."""

    name: NameArgument = ""
    runs: RunsOption = ""
    json: JsonOption = False


@dataclass(frozen=True, kw_only=True)
class ShowOptions(SweepOptions):
    """Show a sweep: what varies, how it gets on, and every trial."""

    importance: Annotated[bool, switch("how much each setting decided what trials came to")] = False


@dataclass(frozen=True, kw_only=True)
class StopOptions(SweepOptions):
    """Stop a sweep and its runs, each with a checkpoint; `mlcore sweep continue` goes on."""


@dataclass(frozen=True, kw_only=True)
class BestOptions(SweepOptions):
    """Show the best trial by the validation figure, and its settings as a command."""


def list_(argv: Sequence[str]) -> int:
    """List the sweeps beside the runs."""
    options, _ = read("sweep list", ListOptions, argv)
    address, store = address_in(options), open_store(options.runs)
    found = _beside(store) if address is None else all_at(address)
    if options.json:
        for one in found:
            print_json(sweep_record(one))
    elif found:
        headers = ("sweep", "state", "trials", "best", "sampler", "pruner", "when")
        print(table(headers, [list_row(one) for one in found], left=2))
    else:
        place = address.shown if address else store.root
        print(
            f"There are no sweeps in {place} yet: `mlcore sweep start --help` says how one is "
            "begun."
        )
    return 0


def show(argv: Sequence[str]) -> int:
    """Show a sweep and its trials."""
    options, _ = read("sweep show", ShowOptions, argv)
    found = _summary("show", options)
    decided = importance(found) if options.importance else None
    if options.json:
        record = sweep_record(found) | {"results": [trial_record(one) for one in found.trials]}
        print_json(record | ({"importance": importance_record(decided)} if decided else {}))
        return 0
    sweep = found.sweep
    print(state_line(found))
    print(f"varies: {'; '.join(sweep.space.texts)}")
    print(
        f"sampler {sweep.sampler}, pruner {sweep.pruner}, {sweep.jobs} at once; "
        f"objective: validation {sweep.objective} of the last epoch"
    )
    if found.trials:
        names = [one.name for one in sweep.space.dimensions]
        where = places_header(found)
        headers = ("trial", "state", "run", *where, *names, sweep.objective)
        rows = [trial_row(found, one, names) for one in found.trials]
        print(table(headers, rows, left=3 + len(where)))
    for one in found.trials:
        if one.run.message and one.state in ("failed", "diverged"):
            print(f"trial {one.number}: {one.run.message}")
    if decided:
        print(importance_text(decided))
    return 0


def stop(argv: Sequence[str]) -> int:
    """Stop a sweep, whoever runs it."""
    options, _ = read("sweep stop", StopOptions, argv)
    address, name = address_in(options), options.name
    if address is not None:
        from mlcore.sweeps.shared.looking import look_at, stop  # loads Optuna

        still = stop(address, check_named("stop", name))
        found = look_at(address, name)
    else:
        store = open_store(options.runs)
        folder = named_sweep("stop", name, store)
        still, name = stop_sweep(folder, store), folder.name
        found = read_sweep(folder, store)
    if options.json:
        print_json(sweep_record(found))
    elif still:
        print(state_line(found))
    if not still:
        print(
            f"mlcore: sweep {name} has not stopped yet: it was asked to, and "
            f"`mlcore sweep show {name}` tells when it has.",
            file=sys.stderr,
        )
    return 0 if still else FAILED


def best(argv: Sequence[str]) -> int:
    """Show the best trial."""
    options, _ = read("sweep best", BestOptions, argv)
    found = _summary("best", options)
    trial, sweep = found.best, found.sweep
    if trial is None:
        raise RunError(
            "No trial of sweep {sweep} has been trained to its end yet: `mlcore sweep show "
            "{sweep}` tells how it gets on.",
            sweep=sweep.name,
        )
    line = command(trial.config).rstrip("\n")
    compared = found.count("complete")
    if options.json:
        record = trial_record(trial) | {
            "sweep": sweep.name,
            "objective": sweep.objective,
            "compared": compared,
            "command": line,
            "settings": trial.config.to_json(),
        }
        print_json(record)
        return 0
    value = value_text_of(sweep.objective, trial.value)
    what = f"sweep {sweep.name}: trial {trial.number}, run {trial.run.id}"
    print(f"{what}: validation {sweep.objective} {value}")
    print(f"{params_text(trial.params)}\n\n{line}\n")
    print(
        f"It is the best of {counted(compared, 'trial')} by validation {sweep.objective}, so that "
        "figure is a little too good; no figure of the test set was used to choose it. "
        f"Next: train it with other seeds, with the command above and `--seeds {_SEEDS}`."
    )
    return 0


def check_named(action: str, name: str) -> str:
    """The name that an action was given.

    Raises:
        SettingsError: none was.
    """
    if not name:
        raise SettingsError(
            "`mlcore sweep {action}` needs the name of a sweep: `mlcore sweep list` lists them.",
            action=action,
        )
    return name


def named_sweep(action: str, name: str, store: RunStore) -> SweepFolder:
    """The sweep beside the runs that an action names.

    Raises:
        SettingsError: it names none.
        RunError: there is no such sweep.
    """
    return find_sweep(store.root, check_named(action, name))


def _summary(action: str, options: SweepOptions) -> SweepSummary:
    """The sweep that an action names, wherever it lies."""
    address = address_in(options)
    if address is not None:
        from mlcore.sweeps.shared.looking import look_at  # loads Optuna

        return look_at(address, check_named(action, options.name))
    store = open_store(options.runs)
    return read_sweep(named_sweep(action, options.name, store), store)


def _beside(store: RunStore) -> list[SweepSummary]:
    """The sweeps beside the runs; what is wrong with any is said."""
    runs, deleted = store.list(), deleted_runs(store)
    found = []
    for folder in sweep_folders(store.root):
        try:
            found.append(read_sweep(folder, store, runs=runs, deleted=deleted))
        except RunError as error:
            print(f"mlcore: {error}", file=sys.stderr)
    return found
