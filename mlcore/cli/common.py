"""What several commands share: their options, which run is meant, and what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from mlcore.cli.files import find_checkpoint, find_run
from mlcore.cli.options import POSITIONAL, REPEATED, argument, switch, text
from mlcore.config import RunConfig
from mlcore.errors import RunError, SettingsError
from mlcore.files import expand_home, is_file
from mlcore.presets import find_preset
from mlcore.runs import ENDED, History, RunFolder, RunStore, read_state
from mlcore.runs.active.queue import RunQueue

__all__ = [
    "CheckpointArgument",
    "ForceOption",
    "JsonOption",
    "PresetOption",
    "RunArgument",
    "RunOptions",
    "RunsOption",
    "StepsOption",
    "TrackOption",
    "find_active",
    "named_checkpoint",
    "named_run",
    "new_file",
    "open_store",
    "preset_in",
    "report_damage",
]

RunArgument: TypeAlias = Annotated[
    str, POSITIONAL, argument("id of a run, the beginning of it, or its folder", "RUN")
]
RunsOption: TypeAlias = Annotated[
    str, text("folder of the runs", "the variable MLCORE_RUNS, else ./runs", "DIR")
]
JsonOption: TypeAlias = Annotated[bool, switch("JSON instead of text, one object a line")]
StepsOption: TypeAlias = Annotated[bool, switch("with --json, also every step's loss")]
PresetOption: TypeAlias = Annotated[
    str, text("named settings to start from, such as fast-98; see `mlcore presets`", "none")
]
TrackOption: TypeAlias = Annotated[
    tuple[str, ...],
    REPEATED,
    text("mirror the run to it: tensorboard or mlflow; may be given twice", "none", "TRACKER"),
]
ForceOption: TypeAlias = Annotated[bool, switch("replace a file that is there already")]
CheckpointArgument: TypeAlias = Annotated[
    str, POSITIONAL, argument("checkpoint file, or a run, whose last one is taken", "CHECKPOINT")
]


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What every command about one run takes."""

    target: RunArgument = ""
    runs: RunsOption = ""
    json: JsonOption = False


def open_store(runs: str) -> RunStore:
    """The store in the folder that `--runs` names, which need not be there yet.

    Raises:
        SettingsError: it is a file.
    """
    store = RunStore(expand_home(runs) if runs else None)
    if is_file(store.root):
        raise SettingsError(
            "{path} is a file, and runs lie in a folder: give a folder with `--runs`.",
            path=store.root,
        )
    return store


def preset_in(argv: Sequence[str]) -> RunConfig:
    """The preset's settings; found before all else is read, as the help shows them as defaults.

    Raises:
        SettingsError: there is none of that name.
    """
    base = RunConfig()
    for index, word in enumerate(argv):
        flag, equals, value = word.partition("=")
        if flag == "--preset":
            follows = [value] if equals else argv[index + 1 : index + 2]
            names = [name for name in follows if not name.startswith("--")]
            base = find_preset(names[0]) if names else base  # `read` reports that none is given
    return base


def named_run(command: str, target: str, runs: str) -> RunFolder:
    """The run that a command names.

    Raises:
        SettingsError: it names none.
        RunError: there is no such run.
    """
    if not target:
        raise SettingsError(
            "`mlcore {command}` needs a run: `mlcore runs` lists them.", command=command
        )
    return find_run(target, open_store(runs))


def new_file(output: str, name: str, *, force: bool) -> Path:
    """The file that a command is to write; never one that is there, unless a person says so.

    Args:
        output: what `--output` says; empty: nothing.
        name: the file's own name where `--output` names a folder or nothing.
        force: one that is there is replaced.

    Raises:
        SettingsError: it is there already.
    """
    target = expand_home(output or name)
    if target.is_dir():
        target = target / name
    if target.exists() and not force:
        raise SettingsError(
            "{target} is there already: name another file with `--output`, or add `--force`.",
            target=target,
        )
    return target


def named_checkpoint(command: str, target: str, runs: str, which: str = "last") -> Path:
    """The checkpoint file that a command names, itself or by its run.

    Raises:
        SettingsError: it names none.
        CheckpointError: there is neither such a file nor such a run, or the run has none.
    """
    if not target:
        raise SettingsError(
            "`mlcore {command}` needs a checkpoint file or a run: `mlcore runs` lists the runs.",
            command=command,
        )
    return find_checkpoint(target, open_store(runs), which)


def find_active(command: str, target: str, runs: str) -> RunFolder:
    """The run that a command names, which must train or be paused; for `stop` it may also wait.

    Raises:
        SettingsError: it names none.
        RunError: there is no such run, or it is not active.
    """
    folder = named_run(command, target, runs)
    state = read_state(folder)
    if state == "finished":
        raise RunError(
            "Run {run} is finished, and only an active run can be asked to {command}: "
            "`mlcore resume {run} --train.epochs N` gives it N epochs in all.",
            run=folder.id,
            command=command,
        )
    if state in ENDED:
        raise RunError(
            "Run {run} is {state}, and only an active run can be asked to {command}: "
            "`mlcore resume {run}` continues it.",
            run=folder.id,
            state=state,
            command=command,
        )
    position = RunQueue(folder.path.parent).snapshot().position(folder.id)
    if position and command != "stop":
        raise RunError(
            "Run {run} waits in the queue as number {position}, and only an active run can be "
            "asked to {command}: `mlcore queue {run} --first` has it start next.",
            run=folder.id,
            position=position,
            command=command,
        )
    return folder


def report_damage(folder: RunFolder) -> None:
    """Say on standard error what of a run's files is lost or cannot be read, if anything."""
    history = History(folder)
    history.refresh()
    if history.damage:
        print(f"mlcore: {history.damage}", file=sys.stderr)
