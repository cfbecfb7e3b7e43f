"""What a run answers to a command, printed for people or as JSON."""

from __future__ import annotations

import sys

from mlcore.cli.layout import print_json, value_text
from mlcore.cli.main import FAILED
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
from mlcore.runs import ENDED, RunFolder, read_state
from mlcore.runs.record.status import read_status
from mlcore.words import percent

__all__ = ["PATIENCE", "print_answer", "print_cancelled", "print_no_answer"]

PATIENCE = 10.0  # seconds in which an active run answers, unless it is testing or loading data


def print_answer(
    folder: RunFolder, event: Event, *, as_json: bool, loss: float | None = None
) -> int:
    """Print a run's answer as a line or a JSON object; 1 where it is a failure, else 0."""
    if as_json:
        record = to_json(event) | {"run": folder.id, "folder": str(folder.path)}
        print_json(record)
    elif isinstance(event, Failed):
        print(f"mlcore: {event.message}", file=sys.stderr)
    else:
        print(_line(folder, event, loss))
    return FAILED if isinstance(event, Failed) else 0


def print_cancelled(folder: RunFolder, *, as_json: bool) -> int:
    """Print that a run no longer waits; 0, the exit status."""
    now = read_status(folder)
    event = Stopped(step=now.step, epoch=now.epoch, reason="cancelled")
    return print_answer(folder, event, as_json=as_json)


def print_no_answer(folder: RunFolder) -> int:
    """Say on standard error that a run did not answer; 1, the exit status."""
    state = read_state(folder)
    if state == "finished":
        why = (
            f"Run {folder.id} is finished: "
            f"`mlcore resume {folder.id} --train.epochs N` gives it N epochs in all."
        )
    elif state in ENDED:
        why = f"Run {folder.id} is {state}: `mlcore resume {folder.id}` continues it."
    else:
        why = (
            f"Run {folder.id} has not answered within {PATIENCE:g} s; the command is in its "
            "control log, and is handled at the run's next step."
        )
    print(f"mlcore: {why}", file=sys.stderr)
    return FAILED


def _line(folder: RunFolder, event: Event, loss: float | None) -> str:
    """A run's answer as a line."""
    run = folder.id
    match event:
        case Paused(step=step):
            with_loss = f", loss {loss:.4f}" if loss is not None else ""
            return f"run {run} is paused after step {step:,}{with_loss}"
        case Continued(step=step):
            return f"run {run} continues after step {step:,}"
        case Stopped(reason="cancelled"):
            return f"run {run} no longer waits; start it with `mlcore resume {run}`"
        case Stopped(step=step):
            return f"run {run} stopped after step {step:,}; continue it with `mlcore resume {run}`"
        case Finished(step=step, test_accuracy=accuracy):
            return f"run {run} has finished after step {step:,}: test accuracy {percent(accuracy)}"
        case SettingsEdited(step=step, changes=changes, before=before):
            edits = ", ".join(
                f"{name} {value_text(before[name])} → {value_text(value)}"
                for name, value in changes.items()
            )
            return f"run {run} from step {step + 1:,} on: {edits}"
    raise AssertionError(event)
