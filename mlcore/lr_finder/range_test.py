"""`range_test`: a throw-away training whose learning rate grows with every step."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlcore.config import RunConfig
from mlcore.data import RawData, find_family
from mlcore.data.tensors import Dataset, load
from mlcore.device import check_dtype, memory_of, resolve
from mlcore.fitting import check_batches, check_memory
from mlcore.lr_finder.points import STEPS, Ending, RangeTest, rate_at
from mlcore.lr_finder.suggestion import has_diverged
from mlcore.lr_finder.training import Training

__all__ = ["data_for", "range_test"]


def data_for(config: RunConfig, raw: RawData | None = None) -> Dataset:
    """The data of a run with these settings, on its device.

    Args:
        config: the settings.
        raw: the data set, where it is in memory already.

    Raises:
        SettingsError: they do not fit the data or the machine.
        DeviceError: the device is not on this machine, or has no float64 where it is asked for.
        DataError: the data set cannot be read.
    """
    device, family = resolve(config.train.device), find_family(config.data.name)
    check_dtype(config, device)
    images = family.train_images, family.test_images
    check_memory(config, len(family.classes), images, memory_of(device))
    return load(config.data, config.train.seed, device, raw)


def range_test(config: RunConfig, data: Dataset) -> Iterator[RangeTest]:
    """Train a fresh model for up to `STEPS` steps while the rate grows; after each, all of it.

    The model, the batches and the optimizer are those of a run with these settings and its seed,
    dropout, batch norm and clipping included; the settings in `IGNORED` are not used. Where the
    training set has fewer batches, it begins anew in another order, as at a new epoch. The test
    ends early where `has_diverged` says so. Each loss is read at once: one device sync a step.

    Nothing is written, no model of others is changed, and torch's global random state is as it was
    whenever this has yielded.

    Args:
        config: settings of the run that is planned.
        data: images and labels, on the device on which to train.

    Raises:
        SettingsError: the batches leave no step, or one image for batch norm, or `train.stepper`
            does not work on this device.
    """
    check_batches(config, len(data.train))
    training = Training(config, data)
    lrs: list[float] = []
    losses: list[float | None] = []
    chance = math.log(len(data.classes))
    ending: Ending = ""
    while not ending:
        lrs.append(rate_at(len(lrs)))
        losses.append(training.step(lrs[-1]))
        if has_diverged(losses):
            ending = "diverged"
        elif len(losses) == STEPS:
            ending = "highest"
        yield RangeTest(lrs=tuple(lrs), losses=tuple(losses), chance=chance, ending=ending)
