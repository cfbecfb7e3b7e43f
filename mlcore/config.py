"""The settings of a run: frozen dataclasses that validate themselves. No torch.

A bare `RunConfig()` is the PyTorch quick start. Every range stands once, in the `Rule` of its
field; validation, sliders and the help of the command line all read it from there.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from mlcore.errors import SettingsError
from mlcore.rules import Rule, Value, list_words, nearest

__all__ = [
    "SETTINGS",
    "DataConfig",
    "ModelConfig",
    "OptimConfig",
    "RunConfig",
    "Setting",
    "TrainConfig",
    "data_root",
    "parse",
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

_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?|mps")
_SCHEDULE, _NAME = "optim.schedule", "optim.name"


class _Part:
    """Checks every field against its `Rule` when a part is made."""

    __slots__ = ()

    def __post_init__(self) -> None:
        group = type(self).__name__.removesuffix("Config").lower()
        for setting in settings_of(type(self), group):
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

    def __post_init__(self) -> None:
        super(TrainConfig, self).__post_init__()
        if not _DEVICE.fullmatch(self.device):
            raise SettingsError(
                f"`train.device` must be auto, cpu, cuda, cuda:N or mps, but got {self.device!r}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """All settings of a run; the defaults are the quick start, exactly.

    Raises:
        SettingsError: a value is out of range, or two settings contradict each other.
    """

    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        values = self.flat()
        for setting in SETTINGS.values():
            self._check_applies(setting, values)
        if self.train.patience and not self.data.validation:
            raise SettingsError(
                f"`train.patience` needs images to validate on, but got patience "
                f"{self.train.patience} with `data.validation` 0: hold out 5000 images, say."
            )

    @staticmethod
    def _check_applies(setting: Setting, values: Mapping[str, Value]) -> None:
        value = values[setting.name]
        if value == setting.default or setting.applies(values):
            return
        for other, allowed in setting.rule.applies.items():
            if values[other] not in allowed:
                raise SettingsError(
                    f"`{setting.name}` means something only where `{other}` is "
                    f"{list_words(allowed, 'or')}, but got {value!r} with {values[other]!r}: "
                    f"leave it at {setting.default!r}."
                )

    def flat(self) -> dict[str, Value]:
        """Dotted name → value of every setting, in the order of `SETTINGS`."""
        return {
            name: getattr(getattr(self, setting.group), setting.field)
            for name, setting in SETTINGS.items()
        }

    @classmethod
    def from_flat(cls, values: Mapping[str, Any]) -> RunConfig:
        """A config from dotted names; what is not named keeps its default.

        Raises:
            SettingsError: a name is unknown or a value is refused.
        """
        return cls().with_values(values)

    def with_values(self, values: Mapping[str, Any]) -> RunConfig:
        """This config with some settings changed, by dotted names.

        Raises:
            SettingsError: a name is unknown or a value is refused.
        """
        parts: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            setting = find_setting(name)
            parts.setdefault(setting.group, {})[setting.field] = value
        changed = {
            group: dataclasses.replace(getattr(self, group), **fields)
            for group, fields in parts.items()
        }
        return dataclasses.replace(self, **changed)

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Nested plain values, ready for `json.dumps`; `from_json` gives the same config back."""
        nested: dict[str, dict[str, Any]] = {group: {} for group in PARTS}
        for name, value in self.flat().items():
            setting = SETTINGS[name]
            nested[setting.group][setting.field] = (
                list(value) if isinstance(value, tuple) else value
            )
        return nested

    @classmethod
    def from_json(cls, nested: Any) -> RunConfig:
        """Read what `to_json` wrote; a part or setting left out keeps its default.

        Raises:
            SettingsError: it is no such object, a key is unknown, or a value is refused.
        """
        if not isinstance(nested, Mapping):
            raise SettingsError(f"Settings must be a JSON object, but got {type(nested).__name__}.")
        values: dict[str, Any] = {}
        for group, fields in nested.items():
            if group not in PARTS:
                raise SettingsError(
                    f"`{group}` is no part of the settings{nearest(str(group), PARTS)}: "
                    f"use {list_words(PARTS, 'or')}."
                )
            if not isinstance(fields, Mapping):
                raise SettingsError(f"`{group}` must be a JSON object, but got {fields!r}.")
            values |= {f"{group}.{name}": value for name, value in fields.items()}
        return cls.from_flat(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting, described for whoever shows or reads it."""

    name: str  # dotted, as in "optim.lr"
    group: str  # "optim"
    field: str  # "lr"
    kind: Any  # bool, int, float, str, tuple[int, ...] or a Literal
    default: Value
    rule: Rule

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a choice; empty for numbers and text."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    def applies(self, values: Mapping[str, Value]) -> bool:
        """Whether the setting means something beside these (flat) values."""
        return all(values[other] in allowed for other, allowed in self.rule.applies.items())


@functools.cache
def settings_of(part: type, group: str) -> tuple[Setting, ...]:
    """The settings of one part of `RunConfig`, from its fields and their rules."""
    hints = get_type_hints(part, include_extras=True)
    found = []
    for item in dataclasses.fields(part):
        kind, rule = get_args(hints[item.name])
        found.append(
            Setting(
                name=f"{group}.{item.name}",
                group=group,
                field=item.name,
                kind=kind,
                default=item.default,
                rule=rule,
            )
        )
    return tuple(found)


PARTS: dict[str, type] = {
    "data": DataConfig,
    "model": ModelConfig,
    "optim": OptimConfig,
    "train": TrainConfig,
}
SETTINGS: Mapping[str, Setting] = types.MappingProxyType(
    {setting.name: setting for group, part in PARTS.items() for setting in settings_of(part, group)}
)
"""Dotted name → setting, in the order of the fields."""


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


def parse(name: str, text: str) -> Value:
    """A setting's value from text (an address bar, a shell): "0.01", "128,64", "true".

    Raises:
        SettingsError: the text is no such value.
    """
    setting = find_setting(name)
    if setting.choices or setting.kind is str:
        value: Any = text
    elif setting.kind is bool:
        value = {"true": True, "false": False}.get(text.strip().lower(), text)
    elif setting.kind in (int, float):
        value = _number(text)
    else:
        value = [_number(word) for word in re.split(r"[\s,]+", text.strip()) if word]
    return setting.rule.check(name, value, setting.kind)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def data_root(config: DataConfig) -> Path:
    """The folder of the data sets: the setting, else MLCORE_DATA, else `data` where we stand."""
    return Path(config.root or os.environ.get("MLCORE_DATA") or "data").expanduser()


def dumps(config: RunConfig) -> str:
    """The config as indented JSON text."""
    return json.dumps(config.to_json(), indent=2) + "\n"
