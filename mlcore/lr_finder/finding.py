"""`find`: a range test, and a trial of what it suggests against the usual rate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from mlcore.config import RunConfig
from mlcore.data.batches import steps_per_epoch
from mlcore.data.tensors import Dataset, Split
from mlcore.lr_finder.points import STEPS, RangeTest, Trial
from mlcore.lr_finder.range_test import range_test
from mlcore.lr_finder.suggestion import suggest
from mlcore.lr_finder.training import Training
from mlcore.lr_finder.trial import next_rate

__all__ = ["find", "trial_marks", "trial_steps"]

_FEWEST = 40  # steps of a trial, also where an epoch has fewer
_MARKS = (6 / 8, 7 / 8, 1)  # of a trial: where the held-out loss is looked at
_HELD_OUT = 1000  # images to look at: as many as one forward pass takes
_SHARE = 5  # of the training images one in so many is set aside, where none are for validation


def find(config: RunConfig, data: Dataset) -> Iterator[RangeTest]:
    """Make a range test and try what it suggests; after each step, all of it.

    The trial is the beginning of a run with these settings: with the suggested rate, and again
    with the usual one, from the same start and on the same batches, for `trial_steps` steps; and
    with a lower one where `next_rate` says so. It is judged by the loss on images of the validation
    set, or where there is none on training images that the trial does without. There is none where
    nothing or the usual rate is suggested, or where no image can be spared: of one or two. Its
    models are thrown away, one after another, and what holds for `range_test` holds here too.

    Args:
        config: settings of the run that is planned.
        data: images and labels, on the device on which to train.

    Raises:
        SettingsError: as `range_test` says.
    """
    found = RangeTest()
    for found in range_test(config, data):
        yield replace(found, ending="")
    suggested, parts = suggest(found, config.optim).lr, _set_aside(config, data)
    trials: tuple[Trial, ...] = ()
    while parts is not None and (rate := next_rate(suggested, trials)) is not None:
        for trial in _tried(*parts, rate):
            yield replace(found, ending="", trials=(*trials, trial))
        trials = (*trials, trial)
    yield replace(found, trials=trials)


def trial_steps(config: RunConfig, images: int) -> int:
    """Steps of a trial: the first epoch of so many images, or as many as a range test has."""
    return max(_FEWEST, min(_epoch(config, images), STEPS))


def trial_marks(config: RunConfig, images: int) -> tuple[int, ...]:
    """After how many steps the held-out loss is looked at.

    In the last quarter, and at the end of the first epoch, if the trial comes so far.
    """
    steps, epoch = trial_steps(config, images), _epoch(config, images)
    marks = {math.ceil(share * steps) for share in _MARKS}
    return tuple(sorted(marks | ({epoch} if epoch <= steps else set())))


def _epoch(config: RunConfig, images: int) -> int:
    return steps_per_epoch(images, config.data.batch_size, config.data.drop_last)


def _set_aside(config: RunConfig, data: Dataset) -> tuple[RunConfig, Dataset, Split] | None:
    """Settings and data of a trial, and the images to judge it on; None where there are none."""
    if data.validation is not None:
        return config, data, _part(data.validation, slice(_HELD_OUT))
    images = len(data.train)
    for count in range(min(_HELD_OUT, max(images // _SHARE, 1)), 0, -1):
        left = images - count
        one = left % config.data.batch_size == 1 and not config.data.drop_last
        if left and not (config.model.batch_norm and (left == 1 or one)):
            break
    else:
        return None
    if left < config.data.batch_size:  # a shorter batch, where all of them would be dropped
        config = config.with_values({"data.drop_last": False})
    train = _part(data.train, slice(left))
    return config, replace(data, train=train), _part(data.train, slice(left, images))


def _part(split: Split, rows: slice) -> Split:
    """Some of the images, without a copy."""
    return Split(images=split.images[rows], labels=split.labels[rows])


def _tried(config: RunConfig, data: Dataset, held_out: Split, rate: float) -> Iterator[Trial]:
    """A trial after each of its steps; it ends early where the loss is no number."""
    training, images = Training(config, data), len(data.train)
    trial = Trial(
        lr=rate,
        steps=trial_steps(config, images),
        images=len(held_out),
        marks=trial_marks(config, images),
    )
    while len(trial.losses) < trial.steps and None not in trial.losses[-1:]:
        trial = replace(trial, losses=(*trial.losses, training.step(rate)))
        if len(trial.losses) in trial.marks:
            found = (len(trial.losses), training.loss_on(held_out))
            trial = replace(trial, held_out=(*trial.held_out, found))
        yield trial
