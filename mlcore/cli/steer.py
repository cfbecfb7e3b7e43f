"""`mlcore pause`, `continue`, `step` and `stop`: steer a run that trains elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.answers import PATIENCE, print_answer, print_cancelled, print_no_answer
from mlcore.cli.arguments import read
from mlcore.cli.common import RunOptions, find_active
from mlcore.cli.main import FAILED
from mlcore.cli.options import switch, text, whole_number
from mlcore.commands import Command, Continue, Pause, RunEpoch, RunSteps, Stop
from mlcore.errors import SettingsError
from mlcore.events import Continued, Finished, Paused, Stopped
from mlcore.runs import Request, RunFolder
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.record.status import read_status

__all__ = ["continue_", "pause", "step", "stop"]


@dataclass(frozen=True, kw_only=True)
class PauseOptions(RunOptions):
    """Have a run wait after its current step; a checkpoint is written."""


@dataclass(frozen=True, kw_only=True)
class ContinueOptions(RunOptions):
    """Have a paused run continue; a pause that is still to come is cancelled."""


@dataclass(frozen=True, kw_only=True)
class StopOptions(RunOptions):
    """End a run after its current step; its model is kept, and it can be resumed.

    One that waits in the queue is cancelled.
    """


@dataclass(frozen=True, kw_only=True)
class StepOptions(RunOptions):
    """Have a run do one step, several, or all to the end of the epoch, and wait then."""

    steps: Annotated[int | None, whole_number("steps", low=1), text("how many steps", "1", "N")] = (
        None
    )
    epoch: Annotated[bool, switch("train to the end of the epoch instead")] = False


def pause(argv: Sequence[str]) -> int:
    """Pause a run."""
    options, _ = read("pause", PauseOptions, argv)
    folder = find_active("pause", options.target, options.runs)
    now = read_status(folder)
    if now.state == "paused":  # also where it is to do some more steps first
        Request(folder, Pause())
        return print_answer(folder, Paused(step=now.step, epoch=now.epoch), as_json=options.json)
    return _ask(folder, Pause(), as_json=options.json)


def continue_(argv: Sequence[str]) -> int:
    """Have a paused run continue."""
    options, _ = read("continue", ContinueOptions, argv)
    folder = find_active("continue", options.target, options.runs)
    now = read_status(folder)
    if now.state == "running":  # it may be about to pause after some steps
        Request(folder, Continue())
        event = Continued(step=now.step, epoch=now.epoch)
        return print_answer(folder, event, as_json=options.json)
    return _ask(folder, Continue(), as_json=options.json)


def stop(argv: Sequence[str]) -> int:
    """Stop a run."""
    options, _ = read("stop", StopOptions, argv)
    folder = find_active("stop", options.target, options.runs)
    if RunQueue(folder.path.parent).cancel(folder.id):
        return print_cancelled(folder, as_json=options.json)
    return _ask(folder, Stop(), as_json=options.json)


def step(argv: Sequence[str]) -> int:
    """Have a run do some steps or an epoch, and pause."""
    options, _ = read("step", StepOptions, argv)
    if options.steps is not None and options.epoch:
        raise SettingsError("`--steps` and `--epoch` exclude each other: leave one out.")
    folder = find_active("step", options.target, options.runs)
    command = RunEpoch() if options.epoch else RunSteps(count=options.steps or 1)
    return _ask(folder, command, as_json=options.json, forever=True)


def _ask(folder: RunFolder, command: Command, *, as_json: bool, forever: bool = False) -> int:
    """Send a command to a run, wait for its answer, and print it.

    Returns:
        The exit status: 0, or 1 where the run failed, ended before, or gave no answer.

    Raises:
        RunError: its logs cannot be read or written.
    """
    request = Request(folder, command)
    answer = request.wait(None if forever else PATIENCE)
    if answer is None:
        return print_no_answer(folder)
    status = print_answer(folder, answer, as_json=as_json, loss=request.loss)
    may_end = isinstance(command, Stop | RunSteps | RunEpoch)
    return FAILED if isinstance(answer, Finished | Stopped) and not may_end else status
