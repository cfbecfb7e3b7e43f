"""What a person reads of a run that ended without a final message."""

from __future__ import annotations

from mlcore.files import size_of
from mlcore.runs.record.folder import RunFolder, checkpoint_step
from mlcore.runs.record.status import is_read_only
from mlcore.runs.record.worker import read_worker

__all__ = ["damage_message", "gone_message", "lost_message", "resume_advice"]


def lost_message(folder: RunFolder) -> str:
    """The sentence for a run whose worker is gone and left no final message."""
    if is_read_only(folder.path):
        return (
            f"{folder.path} cannot be written, so no worker can train there: "
            f"make it writable, then {resume_advice(folder)}."
        )
    worker = read_worker(folder.path)
    if worker is not None and worker.rebooted:
        return f"The machine was restarted while run {folder.id} trained: {resume_advice(folder)}."
    if size_of(folder.path / "worker.log"):
        return (
            f"The process that trained run {folder.id} ended without a final message, and "
            f"worker.log in the run's folder may say why: {resume_advice(folder)}."
        )
    return (
        f"The process that trained run {folder.id} was killed and left no final message: "
        f"{resume_advice(folder)}."
    )


def damage_message(events: int, commands: int) -> str:
    """The sentence on damaged lines in the two logs of a run; empty where there are none.

    Args:
        events: lines of the history that were skipped.
        commands: lines of the control log that were skipped.
    """
    logs = ((events, "events.jsonl"), (commands, "control.jsonl"))
    found = [f"{n:,} damaged line{'s' if n > 1 else ''} of {log}" for n, log in logs if n]
    if not found:
        return ""
    were = "was" if events + commands == 1 else "were"
    return f"{' and '.join(found)} {were} skipped: all lines before and after are read."


def gone_message(folder: RunFolder) -> str:
    """The sentence for a run whose folder was deleted."""
    return f"The folder of run {folder.id} is gone: what was shown here can no longer be loaded."


def resume_advice(folder: RunFolder) -> str:
    """What to do about a run that broke off, as the end of a sentence."""
    last = folder.last_checkpoint()
    if last is None:
        return "no checkpoint was written yet, so start it again"
    step = checkpoint_step(last)
    return f"resume it from step {step:,}" if step >= 0 else "resume it from where it began"
