"""The checkpoints of a run as a list to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dashboard.words.translation import N_, _, translated
from dashboard.words.wording import listed
from mlcore.events import CheckpointSaved
from mlcore.runs import RunFolder
from mlcore.runs.record.folder import START_FILE, checkpoint_step

__all__ = ["CheckpointRow", "checkpoint_rows"]

_REASONS = {
    "epoch": N_("end of an epoch"),
    "interval": N_("in between"),
    "stopped": N_("where the run was stopped"),
    "paused": N_("where the run was paused"),
    "finished": N_("end of the run"),
    "initial": N_("before the first step"),
    "start": N_("where the run started"),
    "": N_("written last"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRow:
    """One checkpoint that lies in a run's folder."""

    path: Path
    step: int | None  # steps done; None for the file that a run started from
    epoch: int | None  # whole epochs done, where the history says so
    reason: str  # why it was written, in words
    best: bool  # lowest validation loss (training loss without validation)
    last: bool  # of the latest step
    size: int  # bytes
    saved: float  # unix seconds

    @property
    def title(self) -> str:
        """What is in it: "Epoch 5 · step 4,690"."""
        if self.step is None:
            return _("Start")
        if self.epoch is None:
            return _("Step {step:,}", step=self.step)
        return _("Epoch {epoch} · step {step:,}", epoch=self.epoch, step=self.step)

    @property
    def label(self) -> str:
        """Its line in a list, with its marks."""
        marks = [_("best")] if self.best else []
        if self.last:
            marks.append(_("last"))
        return f"{self.title} ({listed(marks)})" if marks else self.title


def checkpoint_rows(
    folder: RunFolder, events: Iterable[CheckpointSaved]
) -> tuple[CheckpointRow, ...]:
    """The checkpoints of a run, latest first.

    Args:
        folder: the run.
        events: the checkpoints in its history; files that it does not name are listed too.
    """
    saved = {event.file: event for event in events}
    best = folder.best_checkpoint()
    rows: list[CheckpointRow] = []
    for path in reversed(folder.checkpoints()):
        try:
            status = path.stat()
        except FileNotFoundError:  # thinned out just now
            continue
        event = saved.get(path.name)
        reason = "start" if path.name == START_FILE else event.reason if event else ""
        step = checkpoint_step(path)
        rows.append(
            CheckpointRow(
                path=path,
                step=step if step >= 0 else None,
                epoch=event.epoch if event else None,
                reason=translated(_REASONS.get(reason, reason)),
                best=path == best,
                last=not rows,
                size=status.st_size,
                saved=status.st_mtime,
            )
        )
    return tuple(rows)
