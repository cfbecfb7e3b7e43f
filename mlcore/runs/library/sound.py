"""Which checkpoints of a run can be read, found out by reading them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlcore.errors import CheckpointError
from mlcore.runs.record.folder import RunFolder, checkpoint_step

__all__ = ["Sound", "is_sound", "newest_sound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A checkpoint that a run has written and that can be continued from.

    Attributes:
        step, epoch: steps and whole epochs done.
        epochs: how many epochs its settings ask for.
    """

    step: int
    epoch: int
    epochs: int


def is_sound(file: Path) -> bool:
    """Whether a checkpoint can be read; reads all of it."""
    from mlcore.checkpoint import load  # loads torch

    try:
        load(file)
    except (CheckpointError, OSError):
        return False
    return True


def newest_sound(folder: RunFolder) -> Sound | None:
    """The latest checkpoint of a run that can be read, or None if there is none.

    It reads whole files, which is slow: it is for when one of them was refused.
    """
    return next(filter(None, map(_sound, reversed(folder.checkpoints()))), None)


def _sound(file: Path) -> Sound | None:
    from mlcore.checkpoint import load  # loads torch

    try:
        found = load(file)
    except (CheckpointError, OSError):
        return None
    step = checkpoint_step(file)
    if found.form != "full" or found.config is None or found.step != step:
        return None  # it is what the run began from, or no run has written it
    return Sound(step=step, epoch=found.epoch or 0, epochs=found.config.train.epochs)
