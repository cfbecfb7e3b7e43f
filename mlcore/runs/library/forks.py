"""Where a run can be branched off, and the settings that its fork begins with.

A fork is a run of its own: it holds a copy of the checkpoint that it continues from, and names its
parent. One that is branched off at the very beginning gets the same initial weights from the same
seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlcore.config import RunConfig, can_continue
from mlcore.data import CATALOG
from mlcore.errors import RunError, SettingsError
from mlcore.rules import list_words
from mlcore.runs.record.folder import START_FILE, checkpoint_step
from mlcore.runs.record.history import History

__all__ = ["SAME_WEIGHTS", "ForkPoint", "find_fork_point", "fork_points"]

SAME_WEIGHTS = ("model.hidden", "model.batch_norm", "train.seed")
"""Settings that decide on the initial weights, beside the number of classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkPoint:
    """A point of a run from which a fork can begin.

    Attributes:
        file: the checkpoint; None for initial weights that come from the seed.
        step, epoch: steps and whole epochs done.
        initial: the run began here.
        ends_epoch: an epoch ended here.
        config: settings in force.
    """

    file: Path | None
    step: int
    epoch: int
    initial: bool = False
    ends_epoch: bool = False
    config: RunConfig

    def is_in(self, file: Path) -> bool:
        """Whether this checkpoint file holds the point, if only as what the seed gives as well."""
        return self.file == file or (self.file is None and checkpoint_step(file) == self.step)

    def with_settings(self, changes: Mapping[str, Any]) -> RunConfig:
        """The settings of a fork that begins here.

        Args:
            changes: dotted name → value. With what an edit can change, the training continues
                exactly; with anything else, the checkpoint's weights start a new training.

        Raises:
            SettingsError: a value is refused, or the fork would not have the same initial weights.
        """
        config = self.config.with_values(changes)
        if not self.initial:
            return config
        before, after = self.config.flat(), config.flat()
        for name in SAME_WEIGHTS:
            if before[name] != after[name]:
                raise SettingsError(
                    "`{name}` decides on the initial weights and stays {value}: leave it out, or "
                    "train a new run.",
                    name=name,
                    value=repr(before[name]),
                )
        if _classes(before["data.name"]) != _classes(after["data.name"]):
            raise SettingsError(
                "`data.name` cannot be {after!r}: a model for {before} has another number of "
                "classes; train a new run.",
                after=after["data.name"],
                before=before["data.name"],
            )
        return config

    def steps_kept(self, config: RunConfig) -> int:
        """Steps that count as done in a fork with these settings; 0: it is a new training."""
        return self.step if self.file is not None and can_continue(self.config, config) else 0

    def epochs_kept(self, config: RunConfig) -> int:
        """Whole epochs that count as done in a fork with these settings."""
        return self.epoch if self.steps_kept(config) else 0


def fork_points(history: History) -> list[ForkPoint]:
    """Where a run can be branched off now: its beginning, and every checkpoint that is kept.

    Args:
        history: of the run, read up to now.

    Raises:
        RunError: its settings cannot be read.
        SettingsError: its history was tampered with.
    """
    folder = history.folder
    start = folder.checkpoints_path / START_FILE
    first = history.starts[0] if history.starts else None
    found = [
        ForkPoint(
            file=start if start.is_file() else None,
            step=first.step if first else 0,
            epoch=first.epoch if first else 0,
            initial=True,
            config=folder.config,
        )
    ]
    saved_epochs = {saved.step: saved.epoch for saved in history.checkpoints}
    ends = {done.step: done.epoch for done in history.epochs}
    for path in folder.checkpoints():
        step = checkpoint_step(path)
        if step < 0 or (step == 0 and found[0].file is None):
            continue  # the beginning itself, which comes from the seed
        before = max((epoch for end, epoch in ends.items() if end <= step), default=0)
        epoch = saved_epochs.get(step, before)
        ends_epoch = ends.get(step) == epoch
        config = history.config_at(step)
        found.append(
            ForkPoint(file=path, step=step, epoch=epoch, ends_epoch=ends_epoch, config=config)
        )
    return found


def find_fork_point(
    history: History, *, epoch: int | None = None, step: int | None = None, initial: bool = False
) -> ForkPoint:
    """The point that is named; if none is, the last checkpoint.

    Args:
        history: of the run, read up to now.
        epoch: the end of this epoch, from 1.
        step: the checkpoint of this step.
        initial: the very beginning.

    Raises:
        RunError: the run keeps no such checkpoint, or none at all.
    """
    first, *saved = fork_points(history)
    if initial:
        return first
    run = history.folder.id
    if not saved:
        raise RunError(
            "Run {run} has written no checkpoint yet: let it train an epoch, or branch off at "
            "its initial weights.",
            run=run,
        )
    if epoch is not None:
        return _end_of_epoch(saved, epoch, run)
    if step == 0 and first.file is None:
        return first
    return saved[-1] if step is None else _at_step(saved, step, run)


def _end_of_epoch(saved: Sequence[ForkPoint], epoch: int, run: str) -> ForkPoint:
    ends = {point.epoch: point for point in saved if point.ends_epoch}
    if not ends:
        raise RunError("Run {run} keeps no checkpoint of the end of an epoch.", run=run)
    if epoch not in ends:
        raise RunError(
            "Run {run} keeps no checkpoint of the end of epoch {epoch}: there is {kept}.",
            run=run,
            epoch=epoch,
            kept=_listed(ends),
        )
    return ends[epoch]


def _at_step(saved: Sequence[ForkPoint], step: int, run: str) -> ForkPoint:
    steps = {point.step: point for point in saved}
    if step not in steps:
        raise RunError(
            "Run {run} keeps no checkpoint of step {step}: there is {kept}.",
            run=run,
            step=step,
            kept=_listed(steps),
        )
    return steps[step]


def _listed(numbers: Iterable[int]) -> str:
    return list_words([str(number) for number in sorted(numbers)])


def _classes(name: Any) -> int:
    return len(CATALOG[str(name)].classes)
