"""`train`: training from settings alone, for scripts that need no more than its events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch

from mlcore.commands import Command
from mlcore.config import RunConfig
from mlcore.data.tensors import Dataset, load
from mlcore.device import resolve
from mlcore.events import Event
from mlcore.trainer.trainer import Trainer, no_commands

__all__ = ["load_data", "train"]


def load_data(config: RunConfig) -> Dataset:
    """The data set of a run, on the run's device.

    Raises:
        DataError: its files are missing or damaged.
        DeviceError: the device is not on this machine.
        SettingsError: no image, or no whole batch, is left to train on.
    """
    return load(config.data, config.train.seed, resolve(config.train.device))


def train(
    config: RunConfig,
    data: Dataset | None = None,
    *,
    commands: Callable[[], Sequence[Command]] = no_commands,
) -> Iterator[Event]:
    """Train with these settings, as a stream of events.

    A `Trainer` does the same, and its model can be used.

    Raises:
        MlcoreError: data, device or settings cannot be used, or the loss diverged.
    """
    if config.train.threads:
        torch.set_num_threads(config.train.threads)
    yield from Trainer(config, data or load_data(config), commands=commands).events()
