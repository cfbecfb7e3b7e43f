"""What a person reads of a run that ended without a word of its own."""

from __future__ import annotations

from mlcore.runs.folder import RunFolder, checkpoint_step
from mlcore.runs.mark import read_mark
from mlcore.runs.standing import read_only

__all__ = ["gone_message", "lost_message", "way_on"]


def lost_message(folder: RunFolder) -> str:
    """The sentence for a run whose worker is no more and left no last word."""
    mark = read_mark(folder.path)
    if mark is not None and mark.word:
        return mark.word
    if read_only(folder.path):
        return (
            f"{folder.path} cannot be written, so no worker can train there: "
            f"make it writable, then {way_on(folder)}."
        )
    return (
        f"The worker of run {folder.id} is gone without a last word "
        f"(it was killed, or the machine was restarted): {way_on(folder)}."
    )


def gone_message(folder: RunFolder) -> str:
    """The sentence for a run whose folder was deleted."""
    return f"The folder of run {folder.id} is gone: what was drawn here can no longer be loaded."


def way_on(folder: RunFolder) -> str:
    """What can be done about a run that broke off: "resume it from step 1,876"."""
    last = folder.last_checkpoint()
    if last is None:
        return "no checkpoint was written yet, so start it again"
    step = checkpoint_step(last)
    return f"resume it from step {step:,}" if step >= 0 else "resume it from where it began"
