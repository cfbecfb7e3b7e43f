"""`find`: a range test, and a trial of what it suggests against the usual rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlcore.config import RunConfig
from mlcore.data.batches import steps_per_epoch
from mlcore.data.tensors import Dataset
from mlcore.lr_finder.points import STEPS, USUAL, RangeTest, Trial
from mlcore.lr_finder.range_test import range_test
from mlcore.lr_finder.suggestion import suggest
from mlcore.lr_finder.training import Training

__all__ = ["find", "trial_steps"]

_FEWEST = 40  # steps of a trial, also where an epoch has fewer


def find(config: RunConfig, data: Dataset) -> Iterator[RangeTest]:
    """Make a range test and try what it suggests; after each step, all of it.

    The trial is the beginning of a run with these settings: with the suggested rate, and again
    with the usual one, from the same start and on the same batches, for `trial_steps` steps. There
    is none where nothing or the usual rate is suggested. Its models are thrown away, one after
    another, and what holds for `range_test` holds here too.

    Args:
        config: settings of the run that is planned.
        data: images and labels, on the device on which to train.

    Raises:
        SettingsError: as `range_test` says.
    """
    found = RangeTest()
    for found in range_test(config, data):
        yield replace(found, ending="")
    suggested = suggest(found, config.optim).lr
    trials: tuple[Trial, ...] = ()
    for rate in (suggested, USUAL) if suggested not in (None, USUAL) else ():
        for trial in _tried(config, data, rate):
            yield replace(found, ending="", trials=(*trials, trial))
        trials = (*trials, trial)
    yield replace(found, trials=trials)


def trial_steps(config: RunConfig, images: int) -> int:
    """Steps of a trial: the first epoch of so many images, or as many as a range test has."""
    epoch = steps_per_epoch(images, config.data.batch_size, config.data.drop_last)
    return max(_FEWEST, min(epoch, STEPS))


def _tried(config: RunConfig, data: Dataset, rate: float) -> Iterator[Trial]:
    """A trial after each of its steps; it ends early where the loss is no number."""
    training = Training(config, data)
    trial = Trial(lr=rate, steps=trial_steps(config, len(data.train)))
    while len(trial.losses) < trial.steps and None not in trial.losses[-1:]:
        trial = replace(trial, losses=(*trial.losses, training.step(rate)))
        yield trial
