"""Optimizer and schedule from settings: the stock classes of torch, with their stock defaults.

A schedule moves either after every step (one_cycle) or after every epoch (the others):
`after_step` and `after_epoch` hide which.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn, optim
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from torch.optim.optimizer import Optimizer

from mlcore.config import OptimConfig
from mlcore.errors import SettingsError

__all__ = [
    "LRScheduler",
    "Optimizer",
    "after_epoch",
    "after_step",
    "build_optimizer",
    "build_schedule",
    "carry",
    "complete",
    "plateau_state",
    "rebuild",
]

_MADE_AT_FIRST = {
    "momentum": "momentum_buffer",
    "centered": "grad_avg",
    "amsgrad": "max_exp_avg_sq",
}
"""Option of RMSprop or Adam → what it keeps for a weight."""


def _spare_compiler() -> None:
    """Keep optimizers from importing torch's compiler, which takes a second at the start.

    torch wraps four methods of `Optimizer` so that their first call imports `torch._dynamo`, only
    to exclude them from compilation (torch/_compile.py), and then stores the method to call. While
    no compiler is loaded, the plain method is stored here at once. Should a later torch do this in
    another way, only the time changes.
    """
    if "torch._dynamo" in sys.modules:
        return
    for name in ("add_param_group", "load_state_dict", "state_dict", "zero_grad"):
        method = getattr(getattr(Optimizer, name), "__wrapped__", None)
        if method is not None and getattr(method, "__dynamo_disable", None) is None:
            setattr(method, "__dynamo_disable", method)


_spare_compiler()


def build_optimizer(parameters: Iterable[nn.Parameter], config: OptimConfig) -> Optimizer:
    """The stock optimizer of `torch.optim`; what the settings do not name keeps its default."""
    shared: dict[str, Any] = {"lr": config.lr, "weight_decay": config.weight_decay}
    adams: dict[str, Any] = {
        "betas": (config.beta1, config.beta2),
        "eps": config.eps,
        "amsgrad": config.amsgrad,
    }
    match config.name:
        case "sgd":
            return optim.SGD(
                parameters,
                momentum=config.momentum,
                dampening=config.dampening,
                nesterov=config.nesterov,
                **shared,
            )
        case "adam":
            return optim.Adam(parameters, **adams, **shared)
        case "adamw":
            return optim.AdamW(parameters, **adams, **shared)
        case "rmsprop":
            return optim.RMSprop(
                parameters,
                alpha=config.alpha,
                eps=config.eps,
                momentum=config.momentum,
                centered=config.centered,
                **shared,
            )
        case "adagrad":
            return optim.Adagrad(parameters, lr_decay=config.lr_decay, **shared)


def build_schedule(
    optimizer: Optimizer, config: OptimConfig, epochs: int, steps_per_epoch: int
) -> LRScheduler | None:
    """The stock schedule, or None for a constant learning rate.

    One_cycle moves the momentum too (or the first beta), as torch does by default, but not that
    of plain SGD, RMSprop or Adagrad without momentum: there is none to move.

    Raises:
        SettingsError: the one_cycle schedule would rise in exactly one step.
    """
    return _schedule(optimizer, config, epochs, total_steps=epochs * steps_per_epoch)


def _schedule(
    optimizer: Optimizer, config: OptimConfig, epochs: int, total_steps: int
) -> LRScheduler | None:
    match config.schedule:
        case "constant":
            return None
        case "step":
            return lr_scheduler.StepLR(optimizer, config.step_every, config.gamma)
        case "cosine":
            return lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs, eta_min=config.min_lr)
        case "plateau":
            return ReduceLROnPlateau(
                optimizer,
                factor=config.gamma,
                patience=config.plateau_patience,
                min_lr=config.min_lr,
            )
        case "one_cycle":
            return _one_cycle(optimizer, config, total_steps)


def _one_cycle(optimizer: Optimizer, config: OptimConfig, total_steps: int) -> LRScheduler:
    try:
        return lr_scheduler.OneCycleLR(
            optimizer,
            max_lr=config.lr,
            total_steps=total_steps,
            pct_start=config.warmup,
            cycle_momentum=_has_momentum(optimizer),
        )
    except ZeroDivisionError as error:  # torch's formula has no rise of exactly one step
        raise SettingsError(
            "`optim.warmup` must give the one_cycle schedule more or less than one step to rise, "
            "but got {warmup} of {steps} steps: take {better:g}.",
            warmup=config.warmup,
            steps=total_steps,
            better=config.warmup / 2,
        ) from error


def _has_momentum(optimizer: Optimizer) -> bool:
    """Whether one_cycle can move the momentum too: stock torch refuses where there is none."""
    group = optimizer.param_groups[0]
    return "betas" in group or group.get("momentum", 0.0) > 0


def after_step(schedule: LRScheduler | None) -> None:
    """Move a schedule that moves with every step."""
    if isinstance(schedule, lr_scheduler.OneCycleLR):
        schedule.step()


def after_epoch(schedule: LRScheduler | None, loss: float) -> None:
    """Move a schedule that moves with every epoch.

    Args:
        schedule: what `build_schedule` gave.
        loss: the epoch's validation loss, or its training loss where none is held out.
    """
    if isinstance(schedule, ReduceLROnPlateau):
        schedule.step(loss)
    elif schedule is not None and not isinstance(schedule, lr_scheduler.OneCycleLR):
        schedule.step()


def plateau_state(schedule: LRScheduler | None) -> dict[str, Any] | None:
    """What a plateau schedule remembers of the losses it saw; None for the others.

    The state of the others follows from the settings and from the steps and epochs done.
    """
    if not isinstance(schedule, ReduceLROnPlateau):
        return None
    return {"best": schedule.best, "num_bad_epochs": schedule.num_bad_epochs}


def rebuild(
    optimizer: Optimizer,
    plateau: Mapping[str, Any] | None,
    config: OptimConfig,
    *,
    epochs: int,
    epochs_done: int,
    total_steps: int,
    steps_done: int,
    keep_lr: bool,
) -> tuple[Optimizer, LRScheduler | None]:
    """Optimizer and schedule of a run that is resumed, or edited while it trains.

    The optimizer keeps its state (momentum, running averages). The schedule is as if the run had
    had these settings from its start. A plateau schedule depends on the losses seen: it keeps what
    `plateau_state` gave and, with `keep_lr`, its learning rate.
    """
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    parameters = [weight for group in optimizer.param_groups for weight in group["params"]]
    fresh = build_optimizer(parameters, config)
    fresh.state.update({weight: dict(state) for weight, state in optimizer.state.items()})
    carry(optimizer.param_groups[0], fresh.param_groups[0])
    complete(fresh)
    moved = _schedule(fresh, config, epochs, max(total_steps, 1))
    _mark_stepped(fresh)
    if isinstance(moved, ReduceLROnPlateau):
        if plateau is not None:
            moved.best, moved.num_bad_epochs = plateau["best"], plateau["num_bad_epochs"]
            if keep_lr:
                for group, lr in zip(fresh.param_groups, rates, strict=True):
                    group["lr"] = lr
    elif isinstance(moved, lr_scheduler.OneCycleLR):
        if steps_done:
            moved.last_epoch = steps_done - 1  # it has a closed formula: one step is enough
            moved.step()
    elif moved is not None:
        for _ in range(epochs_done):
            moved.step()
    return fresh, moved


def carry(before: Mapping[str, Any], group: dict[str, Any]) -> None:
    """Keep the options that no setting names: a checkpoint file has brought them.

    Args:
        before: the group of the optimizer that made the last step, or of a file.
        group: the group of the same optimizer that makes the next one.
    """
    if "lr_decay" in group and "eps" in before:  # Adagrad's epsilon is a hundred times smaller
        group["eps"] = before["eps"]


def complete(optimizer: Optimizer) -> None:
    """Give weights what their optimizer makes on their very first step only.

    Where a momentum or the like is turned on later, it begins at 0.
    """
    group = optimizer.param_groups[0]
    needed = [name for option, name in _MADE_AT_FIRST.items() if group.get(option)]
    if isinstance(optimizer, optim.SGD):
        return  # makes its buffers whenever they are missing
    for weight, state in optimizer.state.items():
        for name in needed if state else ():
            if state.get(name) is None:
                state[name] = torch.zeros_like(weight)


def _mark_stepped(optimizer: Optimizer) -> None:
    """Keep a schedule from warning that no step came before it: the old optimizer did them."""
    optimizer._opt_called = True  # type: ignore[attr-defined]
