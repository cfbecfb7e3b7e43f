"""What training goes on from: a trainer's snapshot put together again, and checked. Needs torch.

A full file gives it all, exactly. The tutorial's form gives model, optimizer and epoch: training
goes on from there with random numbers of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint.optimizer_state import optimizer_name, read_optimizer
from mlcore.checkpoint.schedule_state import check_schedule
from mlcore.checkpoint.untrusted.source import shown
from mlcore.config import RunConfig
from mlcore.errors import CheckpointError

__all__ = ["Resume", "full_resume", "tutorial_resume"]

_COUNTS = ("position", "images_used", "bad_epochs")
_TRAINER_KEYS = (
    "schedule",
    "position",
    "images_used",
    "epoch_seed",
    "loss_sum",
    "epoch_seconds",
    "best",
    "bad_epochs",
    "rng_cpu",
    "rng_device",
)


@dataclass(frozen=True, slots=True)
class Resume:
    """The optimizer's state dict and the trainer's snapshot, each None where there is none."""

    optimizer: Mapping[str, Any] | None = None
    state: Mapping[str, Any] | None = None
    warning: str = ""


def full_resume(
    trainer: Any,
    optimizer: Any,
    model: Mapping[str, Tensor],
    config: RunConfig | None,
    told: Mapping[str, Any],
) -> Resume:
    """The snapshot in a full file.

    Args:
        trainer: its key "trainer".
        optimizer: its optimizer's state dict.
        model: the model's state dict, checked.
        config: its settings.
        told: its epoch, step and loss, checked.

    Raises:
        CheckpointError: a part is missing, or holds what no training could have left.
    """
    if config is None or None in (told["epoch"], told["step"]):
        raise CheckpointError(
            "The full checkpoint states no settings, epoch or step: it is damaged."
        )
    if not isinstance(trainer, dict):
        raise _damaged("it is no table")
    for key in _TRAINER_KEYS:
        if key not in trainer:
            raise _damaged(f"it lacks `{key}`")
    checked = read_optimizer(optimizer, model)
    if optimizer_name(checked) != config.optim.name:
        raise CheckpointError(
            f"The optimizer state in the file is of {optimizer_name(checked)}, but its settings "
            f"say {config.optim.name}: the file is damaged."
        )
    _check_numbers(trainer)
    _check_random_state(trainer)
    check_schedule(config.optim.schedule, trainer["schedule"])
    state = {**trainer, **told, "model": model, "optimizer": checked, "config": config.to_json()}
    return Resume(checked, state)


def tutorial_resume(optimizer: Any, model: Mapping[str, Tensor], told: Mapping[str, Any]) -> Resume:
    """What the tutorial's form gives; an optimizer that does not fit is a warning, no error."""
    if optimizer is None:
        return Resume()
    try:
        checked = read_optimizer(optimizer, model)
    except CheckpointError as error:
        return Resume(warning=str(error))
    known = {key: value for key, value in told.items() if value is not None}
    return Resume(checked, {"model": model, "optimizer": checked, **known})


def _check_numbers(trainer: Mapping[str, Any]) -> None:
    for key in _COUNTS:
        if type(trainer[key]) is not int or not 0 <= trainer[key] < 2**53:
            raise _damaged(f"`{key}` is {shown(repr(trainer[key]))}, no counting number")
    for key in ("loss_sum", "epoch_seconds", "best"):
        value = trainer[key]
        if value is None and key == "best":
            continue
        if type(value) not in (int, float) or not math.isfinite(value):
            raise _damaged(f"`{key}` is {shown(repr(value))}, no number")
    seed = trainer["epoch_seed"]
    if seed is not None and (type(seed) is not int or not -(2**63) <= seed < 2**64):
        raise _damaged(f"`epoch_seed` is {shown(repr(seed))}, no seed")


def _check_random_state(trainer: Mapping[str, Any]) -> None:
    state, device = trainer["rng_cpu"], trainer["rng_device"]
    try:
        torch.Generator().set_state(state)
    except (RuntimeError, TypeError):
        raise _damaged("its random state is not torch's") from None
    if device is not None and not (
        isinstance(device, Tensor) and device.dtype == torch.uint8 and device.numel() <= 65_536
    ):
        raise _damaged("its random state of the device is not torch's")


def _damaged(reason: str) -> CheckpointError:
    return CheckpointError(
        f"The file's training state is damaged: {reason}; "
        "go on from another checkpoint, or use its weights alone."
    )
