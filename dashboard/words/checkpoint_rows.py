"""The checkpoints of a run as a list to choose from. No Streamlit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlcore.events import CheckpointSaved
from mlcore.runs import RunFolder
from mlcore.runs.record.folder import START_FILE, checkpoint_step

__all__ = ["CheckpointRow", "checkpoint_rows"]

_REASONS = {
    "epoch": "end of an epoch",
    "interval": "in between",
    "stopped": "where the run was stopped",
    "paused": "where the run was paused",
    "finished": "end of the run",
    "start": "where the run began",
    "": "written last",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRow:
    """One checkpoint that lies in a run's folder."""

    path: Path
    step: int | None  # steps done; None for the file a run began from
    epoch: int | None  # whole epochs done, where the history tells
    reason: str  # why it was written, in words
    best: bool  # lowest validation loss (training loss without validation)
    last: bool  # of the latest step
    size: int  # bytes
    saved: float  # unix seconds

    @property
    def title(self) -> str:
        """What is in it: "Epoch 5 · step 4,690"."""
        if self.step is None:
            return "Start"
        step = f"step {self.step:,}"
        return f"Epoch {self.epoch} · {step}" if self.epoch is not None else step.capitalize()

    @property
    def label(self) -> str:
        """Its line in a list, with what marks it out."""
        marks = [name for name, held in (("best", self.best), ("last", self.last)) if held]
        return f"{self.title} ({', '.join(marks)})" if marks else self.title


def checkpoint_rows(
    folder: RunFolder, events: Iterable[CheckpointSaved]
) -> tuple[CheckpointRow, ...]:
    """The checkpoints of a run, latest first.

    Args:
        folder: the run.
        events: what its history says of checkpoints; files it does not name are listed too.
    """
    told = {event.file: event for event in events}
    best = folder.best_checkpoint()
    rows: list[CheckpointRow] = []
    for path in reversed(folder.checkpoints()):
        try:
            status = path.stat()
        except FileNotFoundError:  # thinned out just now
            continue
        event = told.get(path.name)
        reason = "start" if path.name == START_FILE else event.reason if event else ""
        step = checkpoint_step(path)
        rows.append(
            CheckpointRow(
                path=path,
                step=step if step >= 0 else None,
                epoch=event.epoch if event else None,
                reason=_REASONS.get(reason, reason),
                best=path == best,
                last=not rows,
                size=status.st_size,
                saved=status.st_mtime,
            )
        )
    return tuple(rows)
