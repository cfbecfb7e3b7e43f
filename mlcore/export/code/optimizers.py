"""Optimizer and schedule as code: torch's stock classes, with what is not their default."""

from __future__ import annotations

from collections.abc import Mapping

from mlcore.config import OptimConfig
from mlcore.export.code.plan import moves_momentum
from mlcore.export.code.python_text import bracketed

__all__ = ["SCHEDULE_CLASSES", "group_options", "make_optimizer", "make_schedule"]

_OPTIMIZERS = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
}
_STOCK: Mapping[str, object] = {
    "momentum": 0.0,
    "dampening": 0.0,
    "nesterov": False,
    "betas": (0.9, 0.999),
    "amsgrad": False,
    "alpha": 0.99,
    "centered": False,
    "lr_decay": 0.0,
    "eps": 1e-8,
    "weight_decay": 0.0,
}
"""Defaults that torch's optimizers share; AdamW's weight decay is another."""

SCHEDULE_CLASSES = {
    "step": "StepLR",
    "cosine": "CosineAnnealingLR",
    "plateau": "ReduceLROnPlateau",
    "one_cycle": "OneCycleLR",
}
"""Name in the settings → class in `torch.optim.lr_scheduler`."""


def group_options(optim: OptimConfig) -> dict[str, object]:
    """Option of the optimizer that an edit can change → its value, in torch's names."""
    shared: dict[str, object] = {"lr": optim.lr}
    match optim.name:
        case "sgd":
            shared |= {
                "momentum": optim.momentum,
                "dampening": optim.dampening,
                "nesterov": optim.nesterov,
            }
        case "adam" | "adamw":
            shared |= {"betas": (optim.beta1, optim.beta2), "eps": optim.eps}
        case "rmsprop":
            shared |= {"alpha": optim.alpha, "eps": optim.eps, "momentum": optim.momentum}
        case "adagrad":
            shared |= {"lr_decay": optim.lr_decay}
    return shared | {"weight_decay": optim.weight_decay}


def make_optimizer(optim: OptimConfig) -> list[str]:
    """The line that makes the optimizer."""
    stock = {**_STOCK, "weight_decay": 0.01 if optim.name == "adamw" else 0.0}
    options = group_options(optim)
    if optim.name in ("adam", "adamw"):
        options["amsgrad"] = optim.amsgrad
    if optim.name == "rmsprop":
        options["centered"] = optim.centered
    given = [
        f"{name}={value!r}"
        for name, value in options.items()
        if name not in stock or value != stock[name]
    ]
    start = f"optimizer = torch.optim.{_OPTIMIZERS[optim.name]}("
    return bracketed(start, ["model.parameters()", *given])


def make_schedule(optim: OptimConfig, total_steps: str, *, within: int = 0) -> list[str]:
    """The line that makes the schedule; none where the learning rate is constant.

    Args:
        optim: the settings.
        total_steps: steps of the whole training, as an expression.
        within: characters by which it will be indented.
    """
    match optim.schedule:
        case "constant":
            return []
        case "step":
            options = [f"step_size={optim.step_every}", f"gamma={optim.gamma!r}"]
        case "cosine":
            options = ["T_max=epochs"]
            if optim.min_lr:
                options.append(f"eta_min={optim.min_lr!r}")
        case "plateau":
            options = [f"factor={optim.gamma!r}", f"patience={optim.plateau_patience}"]
            if optim.min_lr:
                options.append(f"min_lr={optim.min_lr!r}")
        case "one_cycle":
            options = [f"max_lr={optim.lr!r}", f"total_steps={total_steps}"]
            options.append(f"pct_start={optim.warmup!r}")
            if not moves_momentum(optim):
                options.append("cycle_momentum=False")
    start = f"scheduler = lr_scheduler.{SCHEDULE_CLASSES[optim.schedule]}("
    return bracketed(start, ["optimizer", *options], within=within)
