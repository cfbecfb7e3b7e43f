"""`mlcore pause`, `continue`, `step` and `stop`: steer a run that trains elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import POSITIONAL, read, switch, text
from mlcore.cli.layout import value_text
from mlcore.cli.main import FAILED
from mlcore.cli.runs import RUN, RUNS, named_run
from mlcore.commands import Command, Continue, Pause, RunEpoch, RunSteps, Stop
from mlcore.errors import RunError, SettingsError
from mlcore.events import (
    Continued,
    Event,
    Failed,
    Finished,
    Paused,
    SettingsEdited,
    Stopped,
    to_json,
)
from mlcore.runs import ENDED, Request, RunFolder, read_state
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.record.status import read_status
from mlcore.words import percent

__all__ = [
    "JSON",
    "ask",
    "find_active",
    "go_on",
    "no_answer",
    "pause",
    "say",
    "say_cancelled",
    "step",
    "stop",
]

PATIENCE = 10.0  # seconds in which a run that lives has answered, save for one that tests or loads

JSON = switch("one JSON object: the run's answer")


@dataclass(frozen=True, kw_only=True)
class _Options:
    target: Annotated[str, POSITIONAL, RUN] = ""
    runs: Annotated[str, RUNS] = ""
    json: Annotated[bool, JSON] = False


@dataclass(frozen=True, kw_only=True)
class PauseOptions(_Options):
    """Have a run wait after the step under way; a checkpoint of it is written."""


@dataclass(frozen=True, kw_only=True)
class ContinueOptions(_Options):
    """Have a paused run go on; one that was to pause later no longer does."""


@dataclass(frozen=True, kw_only=True)
class StopOptions(_Options):
    """End a run after the step under way; its model is kept, and it can be resumed.

    One that waits in the queue is cancelled.
    """


@dataclass(frozen=True, kw_only=True)
class StepOptions(_Options):
    """Have a run do one step, several, or go on to the end of the epoch, and wait then."""

    steps: Annotated[str, text("how many steps", "1", "N")] = ""
    epoch: Annotated[bool, switch("go on to the end of the epoch instead")] = False


def pause(argv: Sequence[str]) -> int:
    """Pause a run."""
    options, _ = read("pause", PauseOptions, argv)
    folder = find_active("pause", options.target, options.runs)
    now = read_status(folder)
    if now.state == "paused":  # also where it is to do some more steps first
        Request(folder, Pause())
        return say(folder, Paused(step=now.step, epoch=now.epoch), as_json=options.json)
    return ask(folder, Pause(), as_json=options.json)


def go_on(argv: Sequence[str]) -> int:
    """Have a paused run go on."""
    options, _ = read("continue", ContinueOptions, argv)
    folder = find_active("continue", options.target, options.runs)
    now = read_status(folder)
    if now.state == "running":  # it may be about to pause after some steps
        Request(folder, Continue())
        return say(folder, Continued(step=now.step, epoch=now.epoch), as_json=options.json)
    return ask(folder, Continue(), as_json=options.json)


def stop(argv: Sequence[str]) -> int:
    """Stop a run."""
    options, _ = read("stop", StopOptions, argv)
    folder = find_active("stop", options.target, options.runs)
    if RunQueue(folder.path.parent).cancel(folder.id):
        return say_cancelled(folder, as_json=options.json)
    return ask(folder, Stop(), as_json=options.json)


def step(argv: Sequence[str]) -> int:
    """Have a run do some steps or an epoch, and pause."""
    options, _ = read("step", StepOptions, argv)
    if options.steps and options.epoch:
        raise SettingsError("`--steps` and `--epoch` cannot both be: leave one out.")
    count = options.steps or "1"
    if not count.isdecimal() or int(count) < 1:
        raise SettingsError(f"`--steps` must be a whole number, 1 or more, but got {count!r}.")
    folder = find_active("step", options.target, options.runs)
    command = RunEpoch() if options.epoch else RunSteps(count=int(count))
    return ask(folder, command, as_json=options.json, forever=True)


def find_active(command: str, target: str, runs: str) -> RunFolder:
    """The run that is meant, which must be under way.

    Raises:
        SettingsError: none is named.
        RunError: there is no such run, or it is not under way.
    """
    folder = named_run(command, target, runs)
    state = read_state(folder)
    if state in ENDED:
        raise RunError(
            f"Run {folder.id} is {state}, and only one that trains can be asked to {command}: "
            f"`mlcore resume {folder.id}` goes on with it."
        )
    position = RunQueue(folder.path.parent).snapshot().position(folder.id)
    if position and command != "stop":
        raise RunError(
            f"Run {folder.id} waits in the queue as number {position}, and only one that trains "
            f"can be asked to {command}: `mlcore queue {folder.id} --first` has it start next."
        )
    return folder


def ask(folder: RunFolder, command: Command, *, as_json: bool, forever: bool = False) -> int:
    """Ask something of a run, wait for its answer, and print it.

    Returns:
        The exit status: 0, or 1 where the run failed, ended before, or gave no answer.

    Raises:
        RunError: its logs cannot be read or written.
    """
    request = Request(folder, command)
    answer = request.wait(None if forever else PATIENCE)
    if answer is None:
        return no_answer(folder)
    wanted = not isinstance(answer, Finished | Stopped) or isinstance(
        command, Stop | RunSteps | RunEpoch
    )
    status = say(folder, answer, as_json=as_json, loss=request.loss)
    return status if wanted else FAILED


def say(folder: RunFolder, event: Event, *, as_json: bool, loss: float | None = None) -> int:
    """Print a run's answer as a line or a JSON object; 1 where it is a failure, else 0."""
    if as_json:
        record = to_json(event) | {"run": folder.id, "folder": str(folder.path)}
        print(json.dumps(record, ensure_ascii=False))
    elif isinstance(event, Failed):
        print(f"mlcore: {event.message}", file=sys.stderr)
    else:
        print(_words(folder, event, loss))
    return FAILED if isinstance(event, Failed) else 0


def say_cancelled(folder: RunFolder, *, as_json: bool) -> int:
    """Print that a run no longer waits; 0, the exit status."""
    now = read_status(folder)
    return say(folder, Stopped(step=now.step, epoch=now.epoch, reason="cancelled"), as_json=as_json)


def _words(folder: RunFolder, event: Event, loss: float | None) -> str:
    """A run's answer as a line."""
    match event:
        case Paused(step=step):
            told = f", loss {loss:.4f}" if loss is not None else ""
            return f"run {folder.id} is paused after step {step:,}{told}"
        case Continued(step=step):
            return f"run {folder.id} goes on after step {step:,}"
        case Stopped(reason="cancelled"):
            return f"run {folder.id} no longer waits; start it with `mlcore resume {folder.id}`"
        case Stopped(step=step):
            way_on = f"go on with `mlcore resume {folder.id}`"
            return f"run {folder.id} stopped after step {step:,}; {way_on}"
        case Finished(step=step, test_accuracy=accuracy):
            good = f"test accuracy {percent(accuracy)}"
            return f"run {folder.id} has finished after step {step:,}: {good}"
        case SettingsEdited(step=step, changes=changes, before=before):
            told = ", ".join(
                f"{name} {value_text(before[name])} → {value_text(value)}"
                for name, value in changes.items()
            )
            return f"run {folder.id} from step {step + 1:,} on: {told}"
    raise AssertionError(event)


def no_answer(folder: RunFolder) -> int:
    """Say on standard error that a run did not answer; 1, the exit status."""
    state = read_state(folder)
    if state in ENDED:
        why = f"Run {folder.id} is {state}: `mlcore resume {folder.id}` goes on with it."
    else:
        why = (
            f"Run {folder.id} has not answered within {PATIENCE:g} s; what was asked stands in its "
            "control log, and it takes notice when it comes to its next step."
        )
    print(f"mlcore: {why}", file=sys.stderr)
    return FAILED
