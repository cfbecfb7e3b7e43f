"""What a person reads of a run that ended without a final message."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from mlcore.errors import Notice, RunError
from mlcore.events import CheckpointSaved
from mlcore.files import size_of
from mlcore.runs.record.event_log import latest_events
from mlcore.runs.record.folder import RunFolder, checkpoint_step
from mlcore.runs.record.status import is_read_only, read_status
from mlcore.runs.record.worker import read_worker

__all__ = [
    "damage_message",
    "gap_message",
    "gone_message",
    "lost_checkpoints",
    "lost_message",
    "resume_advice",
    "step_lost",
]


def lost_message(folder: RunFolder) -> RunError:
    """The sentence for a run whose worker is gone and left no final message."""
    advice = resume_advice(folder)
    if is_read_only(folder.path):
        return RunError(
            "{path} cannot be written, so no worker can train there: "
            "make it writable, then {advice}.",
            path=folder.path,
            advice=advice,
        )
    worker = read_worker(folder.path)
    if worker is not None and worker.rebooted:
        return RunError(
            "The machine was restarted while run {run} trained: {advice}.",
            run=folder.id,
            advice=advice,
        )
    if size_of(folder.path / "worker.log"):
        return RunError(
            "The process that trained run {run} ended without a final message, and "
            "worker.log in the run's folder may say why: {advice}.",
            run=folder.id,
            advice=advice,
        )
    return RunError(
        "The process that trained run {run} was killed and left no final message: {advice}.",
        run=folder.id,
        advice=advice,
    )


def damage_message(events: int, commands: int) -> Notice | None:
    """The sentence on damaged lines in the two logs of a run; None where there are none.

    Args:
        events: lines of the history that were skipped.
        commands: lines of the control log that were skipped.
    """
    if events and commands:
        return Notice(
            "{lines} and {others} were skipped: all lines before and after are read.",
            lines=_damaged_lines(events, "events.jsonl"),
            others=_damaged_lines(commands, "control.jsonl"),
        )
    count, log = (events, "events.jsonl") if events else (commands, "control.jsonl")
    if count > 1:
        return Notice(
            "{count:,} damaged lines of {log} were skipped: all lines before and after are read.",
            count=count,
            log=log,
        )
    if count:
        return Notice(
            "1 damaged line of {log} was skipped: all lines before and after are read.", log=log
        )
    return None


def _damaged_lines(count: int, log: str) -> Notice:
    """The lines that were skipped of one log, as a part of a sentence."""
    if count == 1:
        return Notice("1 damaged line of {log}", log=log)
    return Notice("{count:,} damaged lines of {log}", count=count, log=log)


def gap_message(gaps: Sequence[tuple[int, int]]) -> Notice | None:
    """The sentence on steps of which a history says nothing; None where there are none.

    Args:
        gaps: first and last step of each.
    """
    if not gaps:
        return None
    (first, last), more = gaps[0], len(gaps) - 1
    if more:
        return Notice(
            "Steps {first:,} to {last:,}, and others in {more:,} more places, are missing in "
            "events.jsonl: their losses are not known, nor what was edited there.",
            first=first,
            last=last,
            more=more,
        )
    return Notice(
        "Steps {first:,} to {last:,} are missing in events.jsonl: their losses are not known, "
        "nor what was edited there.",
        first=first,
        last=last,
    )


def gone_message(folder: RunFolder) -> RunError:
    """The sentence for a run whose folder was deleted."""
    return RunError(
        "The folder of run {run} is gone: what was shown here can no longer be loaded.",
        run=folder.id,
    )


def step_lost(folder: RunFolder) -> int | None:
    """The step up to which a run had trained whose checkpoints are gone; None for any other run.

    One that never wrote a checkpoint has lost none: it starts again from its beginning.
    """
    if folder.last_checkpoint() is not None:
        return None
    saved = next(latest_events(folder.events_path, CheckpointSaved), None)
    step = max(saved.step, read_status(folder).step) if saved else 0
    return step or None


def lost_checkpoints(folder: RunFolder) -> RunError | None:
    """Why a run cannot be resumed that has nothing to begin from any more; None for any other."""
    if folder.last_checkpoint() is not None:
        return None
    step = step_lost(folder)
    if step is not None:
        return RunError(
            "The checkpoints of run {run} are gone, and it had trained up to step {step:,}: "
            "start a new run with its settings.",
            run=folder.id,
            step=step,
        )
    with contextlib.suppress(RunError):  # whoever needs the settings says that they are lost
        if folder.begins_at_a_checkpoint():
            return RunError(
                "The checkpoint that run {run} begins from is gone: start a new run from another.",
                run=folder.id,
            )
    return None


def resume_advice(folder: RunFolder) -> RunError:
    """What to do about a run that broke off, as the end of a sentence."""
    last = folder.last_checkpoint()
    if step_lost(folder) is not None:
        return RunError("its checkpoints are gone, so start a new run with its settings")
    if last is None:
        return RunError("no checkpoint was written yet, so start it again")
    step = checkpoint_step(last)
    if step >= 0:
        return RunError("resume it from step {step:,}", step=step)
    return RunError("resume it from where it began")
