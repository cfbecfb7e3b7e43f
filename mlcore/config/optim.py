"""Settings of the optimizer: how weights follow gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mlcore.config.setting import SettingsGroup
from mlcore.errors import SettingsError
from mlcore.rules import Rule
from mlcore.words import N_

__all__ = ["OptimConfig", "OptimName", "Schedule"]

OptimName = Literal["sgd", "adam", "adamw", "rmsprop", "adagrad"]
Schedule = Literal["constant", "step", "cosine", "one_cycle", "plateau"]

_SCHEDULE, _NAME = "optim.schedule", "optim.name"
_ADAMS = ("adam", "adamw")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimConfig(SettingsGroup):
    """How weights follow gradients."""

    group: ClassVar[str] = "optim"

    name: Annotated[OptimName, Rule(N_("optimizer, as in torch.optim"), label=N_("Optimizer"))] = (
        "sgd"
    )
    lr: Annotated[
        float,
        Rule(
            N_("learning rate; the peak of a {one_cycle} schedule"),
            label=N_("Learning rate"),
            above=0,
            high=100,
            slider=(1e-5, 1),
            log=True,
        ),
    ] = 0.003
    momentum: Annotated[
        float,
        Rule(
            N_("share of the last update kept in the next"),
            label=N_("Momentum"),
            low=0,
            below=1,
            slider=(0, 0.99),
            applies={_NAME: ("sgd", "rmsprop")},
        ),
    ] = 0.0
    dampening: Annotated[
        float,
        Rule(
            N_("share of each gradient that does not enter the momentum; needs momentum above 0"),
            label=N_("Dampening"),
            low=0,
            high=1,
            slider=(0, 1),
            applies={_NAME: ("sgd",)},
        ),
    ] = 0.0
    nesterov: Annotated[
        bool,
        Rule(
            N_("look ahead along the momentum; needs momentum above 0, and no dampening"),
            label=N_("Nesterov"),
            applies={_NAME: ("sgd",)},
        ),
    ] = False
    beta1: Annotated[
        float,
        Rule(
            N_("share of the running mean of the gradients that a step keeps"),
            label=N_("Beta 1"),
            low=0,
            below=1,
            slider=(0, 0.99),
            applies={_NAME: _ADAMS},
        ),
    ] = 0.9
    beta2: Annotated[
        float,
        Rule(
            N_("share of the running mean of the squared gradients that a step keeps"),
            label=N_("Beta 2"),
            low=0,
            below=1,
            slider=(0.9, 0.9999),
            applies={_NAME: _ADAMS},
        ),
    ] = 0.999
    amsgrad: Annotated[
        bool,
        Rule(
            N_("divide by the largest running mean of the squares so far"),
            label=N_("AMSGrad"),
            applies={_NAME: _ADAMS},
        ),
    ] = False
    alpha: Annotated[
        float,
        Rule(
            N_("share of the running mean of the squares that a step keeps"),
            label=N_("Alpha"),
            low=0,
            below=1,
            slider=(0.5, 0.999),
            applies={_NAME: ("rmsprop",)},
        ),
    ] = 0.99
    centered: Annotated[
        bool,
        Rule(
            N_("take the squared mean gradient off: divide by the spread of the gradients"),
            label=N_("Centered"),
            applies={_NAME: ("rmsprop",)},
        ),
    ] = False
    lr_decay: Annotated[
        float,
        Rule(
            N_("after t steps the learning rate is divided by 1 + t times this"),
            label=N_("Learning rate decay"),
            low=0,
            high=100,
            slider=(0, 0.1),
            applies={_NAME: ("adagrad",)},
        ),
    ] = 0.0
    eps: Annotated[
        float,
        Rule(
            N_("added to what a gradient is divided by, so that it is never 0"),
            label=N_("Epsilon"),
            low=0,
            high=100,
            slider=(1e-10, 0.01),
            log=True,
            applies={_NAME: (*_ADAMS, "rmsprop")},
        ),
    ] = 1e-8
    weight_decay: Annotated[
        float,
        Rule(
            N_("pull of the weights towards 0 (decoupled with {adamw}, an L2 penalty otherwise)"),
            label=N_("Weight decay"),
            low=0,
            high=10,
            slider=(0, 0.1),
        ),
    ] = 0.0
    schedule: Annotated[
        Schedule, Rule(N_("how the learning rate moves over the run"), label=N_("Schedule"))
    ] = "constant"
    step_every: Annotated[
        int,
        Rule(
            N_("epochs between two drops of the {step} schedule"),
            label=N_("Drop every (epochs)"),
            low=1,
            high=10_000,
            slider=(1, 20),
            applies={_SCHEDULE: ("step",)},
        ),
    ] = 1
    gamma: Annotated[
        float,
        Rule(
            N_("factor of each drop of the {step} and {plateau} schedules"),
            label=N_("Drop factor"),
            above=0,
            below=1,
            slider=(0.05, 0.95),
            applies={_SCHEDULE: ("step", "plateau")},
        ),
    ] = 0.1
    min_lr: Annotated[
        float,
        Rule(
            N_("learning rate at the end of the {cosine}, or the floor of the {plateau} schedule"),
            label=N_("Lowest learning rate"),
            low=0,
            high=100,
            slider=(0, 0.01),
            applies={_SCHEDULE: ("cosine", "plateau")},
        ),
    ] = 0.0
    warmup: Annotated[
        float,
        Rule(
            N_("share of the run in which the {one_cycle} schedule rises"),
            label=N_("Warm-up share"),
            above=0,
            below=1,
            slider=(0.05, 0.95),
            applies={_SCHEDULE: ("one_cycle",)},
        ),
    ] = 0.3
    plateau_patience: Annotated[
        int,
        Rule(
            N_("epochs without a better loss before the {plateau} schedule drops"),
            label=N_("Plateau patience (epochs)"),
            low=0,
            high=10_000,
            slider=(0, 20),
            applies={_SCHEDULE: ("plateau",)},
        ),
    ] = 2
    clip_norm: Annotated[
        float,
        Rule(
            N_("gradients longer than this (L2 norm over all weights) are shortened to it; 0: off"),
            label=N_("Clip gradient norm"),
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
        if self.dampening and self.momentum == 0:
            raise SettingsError(
                "`optim.dampening` needs `optim.momentum` above 0, but got 0.0: "
                "set a momentum such as 0.9, or dampening to 0."
            )
        if self.nesterov and self.dampening:
            raise SettingsError(
                "`optim.nesterov` needs `optim.dampening` 0, but got {dampening!r}: "
                "set it to 0, or turn nesterov off.",
                dampening=self.dampening,
            )
        if self.min_lr >= self.lr:
            raise SettingsError(
                "`optim.min_lr` must be below `optim.lr`, but got {min_lr!r} with a learning rate "
                "of {lr!r}.",
                min_lr=self.min_lr,
                lr=self.lr,
            )
