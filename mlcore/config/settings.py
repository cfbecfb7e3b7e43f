"""All settings by their dotted names, and which of them may change when."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

from mlcore.config.data import DataConfig
from mlcore.config.model import ModelConfig
from mlcore.config.optim import OptimConfig
from mlcore.config.setting import Setting, settings_of
from mlcore.config.train import TrainConfig
from mlcore.errors import SettingsError
from mlcore.rules import did_you_mean, nearest

__all__ = [
    "EDITABLE",
    "EXECUTION",
    "GROUPS",
    "MACHINE",
    "SETTINGS",
    "find_setting",
    "setting_meant",
]

GROUPS: Mapping[str, Any] = types.MappingProxyType(
    {kind.group: kind for kind in (DataConfig, ModelConfig, OptimConfig, TrainConfig)}
)
"""The groups of `RunConfig`, by the first half of their settings' names."""

SETTINGS: Mapping[str, Setting] = types.MappingProxyType(
    {setting.name: setting for kind in GROUPS.values() for setting in settings_of(kind)}
)
"""Dotted name → setting, in the order of the fields."""

MACHINE = ("data.root", "train.device", "train.threads", "train.processes")
"""Settings of one machine and its person: a file that comes from elsewhere never gives them."""

EXECUTION = (*MACHINE, "data.store", "train.stepper")
"""Settings that say where and how to compute, and do not change the numbers."""

EDITABLE: tuple[str, ...] = (
    "data.batch_size",
    "optim.lr",
    "optim.momentum",
    "optim.dampening",
    "optim.nesterov",
    "optim.beta1",
    "optim.beta2",
    "optim.alpha",
    "optim.lr_decay",
    "optim.eps",
    "optim.weight_decay",
    "optim.schedule",
    "optim.step_every",
    "optim.gamma",
    "optim.min_lr",
    "optim.warmup",
    "optim.plateau_patience",
    "optim.clip_norm",
    "train.epochs",
    "train.patience",
)
"""Settings that an `Edit` may change; the others are fixed when the run starts."""


_OTHER_WORDS = {
    "batch": "data.batch_size",
    "batchsize": "data.batch_size",
    "bs": "data.batch_size",
    "data": "data.name",
    "dataset": "data.name",
    "epoch": "train.epochs",
    "gpu": "train.device",
    "hidden_layers": "model.hidden",
    "hidden_size": "model.hidden",
    "hidden_sizes": "model.hidden",
    "layers": "model.hidden",
    "learning_rate": "optim.lr",
    "num_epochs": "train.epochs",
    "opt": "optim.name",
    "optim": "optim.name",
    "optimizer": "optim.name",
    "random_seed": "train.seed",
    "scheduler": "optim.schedule",
    "wd": "optim.weight_decay",
}
"""What others call a setting → its name."""


def setting_meant(word: str) -> str:
    """The setting that is commonly called so, whatever group stands before it; "": none is sure."""
    field = word.rpartition(".")[2].replace("-", "_").casefold()
    found = [setting.name for setting in SETTINGS.values() if setting.field == field]
    return found[0] if len(found) == 1 else _OTHER_WORDS.get(field, "")


def find_setting(name: str) -> Setting:
    """The setting of a dotted name.

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in SETTINGS:
        meant = setting_meant(name)
        raise SettingsError(
            "`{name}` is no setting{hint}: settings are written as data.name, model.hidden, "
            "optim.lr or train.epochs.",
            name=name,
            hint=did_you_mean(meant) if meant else nearest(name, SETTINGS),
        )
    return SETTINGS[name]
