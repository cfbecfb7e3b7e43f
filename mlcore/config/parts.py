"""The four parts of a run's settings: frozen dataclasses that validate themselves.

Every range stands once, in the `Rule` of its field; validation, sliders and the help of the
command line all read it from there.
"""

from __future__ import annotations

import os
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from mlcore.config.setting import Setting, settings_of
from mlcore.errors import SettingsError
from mlcore.rules import Rule, nearest

__all__ = [
    "EDITABLE",
    "PARTS",
    "SETTINGS",
    "DataConfig",
    "ModelConfig",
    "OptimConfig",
    "TrainConfig",
    "find_setting",
]

DataName = Literal[
    "mnist",
    "fashion_mnist",
    "kmnist",
    "emnist_digits",
    "emnist_letters",
    "emnist_balanced",
    "qmnist",
    "digits",
]
Activation = Literal["relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid"]
OptimName = Literal["sgd", "adam", "adamw", "rmsprop", "adagrad"]
Schedule = Literal["constant", "step", "cosine", "one_cycle", "plateau"]
Loss = Literal["nll", "cross_entropy"]
Stepper = Literal["auto", "autograd", "written_out", "cuda_graph"]

_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?|mps")
_SCHEDULE, _NAME = "optim.schedule", "optim.name"


class _Part:
    """Checks every field against its `Rule` when a part is made."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for setting in SETTINGS.values():
            if PARTS[setting.group] is not type(self):
                continue
            value = setting.rule.check(setting.name, getattr(self, setting.field), setting.kind)
            object.__setattr__(self, setting.field, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig(_Part):
    """Which images, in what batches."""

    name: Annotated[DataName, Rule("data set to train on", label="Data set")] = "mnist"
    root: Annotated[
        str,
        Rule(
            "folder of the data sets; empty: the variable MLCORE_DATA, else ./data",
            label="Data folder",
        ),
    ] = ""
    batch_size: Annotated[
        int,
        Rule("images per step", label="Batch size", low=1, high=60_000, slider=(1, 1024), log=True),
    ] = 64
    drop_last: Annotated[
        bool, Rule("leave out an epoch's last batch when it is short", label="Drop short batch")
    ] = False
    validation: Annotated[
        int,
        Rule(
            "images held out of the training set to validate on; 0: none, as in the tutorial",
            label="Validation images",
            low=0,
            high=500_000,
            slider=(0, 10_000),
        ),
    ] = 0
    train_limit: Annotated[
        int,
        Rule(
            "train on this many images only, the first of the training set; 0: all",
            label="Training images, at most",
            low=0,
            high=1_000_000,
            slider=(0, 60_000),
        ),
    ] = 0
    mean: Annotated[
        float,
        Rule("subtracted from pixels in 0 to 1", label="Mean", low=-10, high=10, slider=(0, 1)),
    ] = 0.5
    std: Annotated[
        float,
        Rule(
            "pixels in 0 to 1 are divided by it after the mean is taken off",
            label="Standard deviation",
            above=0,
            high=10,
            slider=(0.01, 1),
        ),
    ] = 0.5
    store: Annotated[
        Literal["float32", "uint8"],
        Rule(
            "how images lie in memory: float32 is faster, uint8 takes a quarter; same numbers",
            label="Images in memory as",
        ),
    ] = "float32"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig(_Part):
    """The multilayer perceptron."""

    hidden: Annotated[
        tuple[int, ...],
        Rule(
            "widths of the hidden layers, from the input on; none: softmax regression",
            label="Hidden layers",
            low=1,
            high=16_384,
        ),
    ] = (128, 64)
    activation: Annotated[
        Activation, Rule("function after each hidden layer", label="Activation")
    ] = "relu"
    dropout: Annotated[
        float,
        Rule(
            "probability that a hidden activation is dropped while training",
            label="Dropout",
            low=0,
            below=1,
            slider=(0, 0.9),
        ),
    ] = 0.0
    batch_norm: Annotated[
        bool,
        Rule("batch normalisation between linear layer and activation", label="Batch norm"),
    ] = False

    def __post_init__(self) -> None:
        super(ModelConfig, self).__post_init__()
        if len(self.hidden) > 32:
            raise SettingsError(
                f"`model.hidden` must have at most 32 layers, but got {len(self.hidden)}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimConfig(_Part):
    """How weights follow gradients."""

    name: Annotated[OptimName, Rule("optimizer, as in torch.optim", label="Optimizer")] = "sgd"
    lr: Annotated[
        float,
        Rule(
            "learning rate; the peak of a one_cycle schedule",
            label="Learning rate",
            above=0,
            high=100,
            slider=(1e-5, 1),
            log=True,
        ),
    ] = 0.003
    momentum: Annotated[
        float,
        Rule(
            "share of the last update kept in the next",
            label="Momentum",
            low=0,
            below=1,
            slider=(0, 0.99),
            applies={_NAME: ("sgd", "rmsprop")},
        ),
    ] = 0.0
    nesterov: Annotated[
        bool,
        Rule(
            "look ahead along the momentum; needs momentum above 0",
            label="Nesterov",
            applies={_NAME: ("sgd",)},
        ),
    ] = False
    weight_decay: Annotated[
        float,
        Rule(
            "pull of the weights towards 0 (decoupled with adamw, an L2 penalty otherwise)",
            label="Weight decay",
            low=0,
            high=10,
            slider=(0, 0.1),
        ),
    ] = 0.0
    schedule: Annotated[
        Schedule, Rule("how the learning rate moves over the run", label="Schedule")
    ] = "constant"
    step_every: Annotated[
        int,
        Rule(
            "epochs between two drops of the step schedule",
            label="Drop every (epochs)",
            low=1,
            high=10_000,
            slider=(1, 20),
            applies={_SCHEDULE: ("step",)},
        ),
    ] = 1
    gamma: Annotated[
        float,
        Rule(
            "factor of each drop of the step and plateau schedules",
            label="Drop factor",
            above=0,
            below=1,
            slider=(0.05, 0.95),
            applies={_SCHEDULE: ("step", "plateau")},
        ),
    ] = 0.1
    min_lr: Annotated[
        float,
        Rule(
            "learning rate at the end of the cosine, or the floor of the plateau schedule",
            label="Lowest learning rate",
            low=0,
            high=100,
            slider=(0, 0.01),
            applies={_SCHEDULE: ("cosine", "plateau")},
        ),
    ] = 0.0
    warmup: Annotated[
        float,
        Rule(
            "share of the run in which the one_cycle schedule rises",
            label="Warm-up share",
            above=0,
            below=1,
            slider=(0.05, 0.95),
            applies={_SCHEDULE: ("one_cycle",)},
        ),
    ] = 0.3
    plateau_patience: Annotated[
        int,
        Rule(
            "epochs without a better loss before the plateau schedule drops",
            label="Plateau patience (epochs)",
            low=0,
            high=10_000,
            slider=(0, 20),
            applies={_SCHEDULE: ("plateau",)},
        ),
    ] = 2
    clip_norm: Annotated[
        float,
        Rule(
            "gradients longer than this (L2 norm over all weights) are shortened to it; 0: off",
            label="Clip gradient norm",
            low=0,
            high=1e6,
            slider=(0, 10),
        ),
    ] = 0.0

    def __post_init__(self) -> None:
        super(OptimConfig, self).__post_init__()
        if self.nesterov and self.momentum == 0:
            raise SettingsError(
                "`optim.nesterov` needs `optim.momentum` above 0, but got 0.0: "
                "set a momentum such as 0.9, or turn nesterov off."
            )
        if self.min_lr >= self.lr:
            raise SettingsError(
                f"`optim.min_lr` must be below `optim.lr`, "
                f"but got {self.min_lr!r} with a learning rate of {self.lr!r}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig(_Part):
    """How long, with what loss, where."""

    epochs: Annotated[
        int,
        Rule("passes over the training set", label="Epochs", low=1, high=10_000, slider=(1, 50)),
    ] = 5
    loss: Annotated[
        Loss,
        Rule(
            "nll on log-probabilities (log_softmax in the model), or cross_entropy on logits",
            label="Loss",
        ),
    ] = "nll"
    seed: Annotated[
        int, Rule("start of all random numbers", label="Seed", low=0, high=2**32 - 1)
    ] = 0
    device: Annotated[
        str, Rule("auto, cpu, cuda, cuda:N or mps; auto takes the fastest", label="Device")
    ] = "auto"
    threads: Annotated[
        int,
        Rule(
            "CPU threads; 0: torch's choice in a shell, a fair share from the page",
            label="CPU threads",
            low=0,
            high=1024,
            slider=(0, os.cpu_count() or 1),
        ),
    ] = 0
    patience: Annotated[
        int,
        Rule(
            "end the run after this many epochs without a lower validation loss; 0: off",
            label="Early stopping (epochs)",
            low=0,
            high=10_000,
            slider=(0, 20),
        ),
    ] = 0
    stepper: Annotated[
        Stepper,
        Rule(
            "what does a step: autograd, the same written out, or a CUDA graph; "
            "auto takes the fastest that gives the same numbers",
            label="Step by",
        ),
    ] = "auto"

    def __post_init__(self) -> None:
        super(TrainConfig, self).__post_init__()
        if not _DEVICE.fullmatch(self.device):
            raise SettingsError(
                f"`train.device` must be auto, cpu, cuda, cuda:N or mps, but got {self.device!r}."
            )


PARTS: dict[str, type[Any]] = {
    "data": DataConfig,
    "model": ModelConfig,
    "optim": OptimConfig,
    "train": TrainConfig,
}
SETTINGS: Mapping[str, Setting] = types.MappingProxyType(
    {setting.name: setting for group, part in PARTS.items() for setting in settings_of(part, group)}
)
"""Dotted name → setting, in the order of the fields."""

EDITABLE: tuple[str, ...] = (
    "data.batch_size",
    "optim.lr",
    "optim.momentum",
    "optim.nesterov",
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


def find_setting(name: str) -> Setting:
    """The setting of a dotted name.

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in SETTINGS:
        raise SettingsError(
            f"`{name}` is no setting{nearest(name, SETTINGS)}: "
            "settings are written as data.name, model.hidden, optim.lr or train.epochs."
        )
    return SETTINGS[name]
