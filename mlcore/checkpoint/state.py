"""What training continues from: a trainer's snapshot, put together from a file and checked.

A full file gives it all, exactly. The tutorial's form gives model, optimizer and epoch: training
continues from there with random numbers of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint.optimizer_state import optimizer_name, read_optimizer
from mlcore.checkpoint.untrusted.source import printable
from mlcore.config import SETTINGS, RunConfig
from mlcore.errors import CheckpointError, MlcoreError, Notice

__all__ = ["ResumeState", "read_full_state", "read_tutorial_state"]

_COUNTS = ("position", "images_used", "bad_epochs")
_NUMBERS = ("loss_sum", "epoch_seconds", "best")
_TRAINER_KEYS = ("schedule", *_COUNTS, *_NUMBERS, "epoch_seed", "rng_cpu", "rng_device")


@dataclass(frozen=True, slots=True)
class ResumeState:
    """The optimizer's state dict and the trainer's snapshot, each None where there is none."""

    optimizer: Mapping[str, Any] | None = None
    snapshot: Mapping[str, Any] | None = None
    problem: CheckpointError | None = None  # why the optimizer's state cannot be used
    notes: tuple[Notice, ...] = ()  # what of the optimizer is not, or not quite, as it was
    assumed: tuple[Notice, ...] = ()

    @property
    def warnings(self) -> tuple[MlcoreError | None, ...]:
        """What a person should know of the optimizer."""
        return *self.notes, self.problem


def read_full_state(
    trainer: Any,
    optimizer: Any,
    model: Mapping[str, Tensor],
    config: RunConfig | None,
    progress: Mapping[str, Any],
) -> ResumeState:
    """The snapshot in a full file.

    Args:
        trainer: its key "trainer".
        optimizer: its optimizer's state dict.
        model: the model's state dict, checked.
        config: its settings.
        progress: its epoch, step and loss, checked.

    Raises:
        CheckpointError: a part is missing, or holds what no training could have left.
    """
    if config is None or None in (progress["epoch"], progress["step"]):
        raise CheckpointError(
            "The full checkpoint states no settings, epoch or step: it is damaged."
        )
    try:
        schedule = _check_trainer(trainer, config, progress["epoch"])
    except CheckpointError as error:
        raise CheckpointError(
            "{problem} The file is damaged: resume from another checkpoint, or use its weights "
            "alone.",
            problem=error,
        ) from None
    checked = read_optimizer(optimizer, model).state
    if optimizer_name(checked) != config.optim.name:
        raise CheckpointError(
            "The optimizer state in the file is of {found}, but its settings say {stated}: "
            "the file is damaged.",
            found=optimizer_name(checked),
            stated=config.optim.name,
        )
    snapshot = {
        **trainer,
        **progress,
        "model": model,
        "optimizer": checked,
        "schedule": schedule,
        "config": config.to_json(),
    }
    return ResumeState(checked, snapshot)


def read_tutorial_state(
    optimizer: Any,
    model: Mapping[str, Tensor],
    progress: Mapping[str, Any],
    sources: Mapping[str, str] | None = None,
) -> ResumeState:
    """What the tutorial's form gives; an optimizer that does not fit is a problem, no error.

    Args:
        optimizer: its optimizer's state dict.
        model: the model's state dict, checked.
        progress: its epoch, step and loss, checked.
        sources: as `read_optimizer` takes them.
    """
    if optimizer is None:
        return ResumeState()
    try:
        found = read_optimizer(optimizer, model, sources=sources, strict=False)
    except CheckpointError as error:
        return ResumeState(problem=error.with_traceback(None))
    stated = {key: value for key, value in progress.items() if value is not None}
    return ResumeState(
        found.state,
        {"model": model, "optimizer": found.state, **stated},
        notes=found.notes,
        assumed=found.assumed,
    )


def _check_trainer(trainer: Any, config: RunConfig, epoch: int) -> dict[str, Any] | None:
    """Check the training state; returns what its schedule remembers."""
    for key in _TRAINER_KEYS:
        if not isinstance(trainer, dict) or key not in trainer:
            raise CheckpointError("The training state in the file lacks `{key}`.", key=key)
    _check_numbers(trainer, epoch)
    _check_random_state(trainer)
    return _plateau(config, trainer["schedule"])


def _check_numbers(trainer: Mapping[str, Any], epoch: int) -> None:
    most = SETTINGS["train.epochs"].rule.high
    if most is not None and epoch > most:
        raise _wrong("epoch", epoch)
    for key in _COUNTS:
        if not _is_count(trainer[key]):
            raise _wrong(key, trainer[key])
    for key in _NUMBERS:
        value = trainer[key]
        if not _is_number(value) and not (value is None and key == "best"):
            raise _wrong(key, value)
    seed = trainer["epoch_seed"]
    if seed is not None and (type(seed) is not int or not -(2**63) <= seed < 2**64):
        raise _wrong("epoch_seed", seed)


def _plateau(config: RunConfig, value: Any) -> dict[str, Any] | None:
    """What a plateau schedule remembers of the losses; nothing else of a schedule is used.

    All else follows from settings and steps (`optim.rebuild`), though older files hold it too.
    """
    if value is not None and not isinstance(value, dict):
        raise _wrong("schedule", value)
    if config.optim.schedule != "plateau":
        return None
    kept: Mapping[str, Any] = value or {}
    best, bad = kept.get("best", math.nan), kept.get("num_bad_epochs")
    if type(best) not in (int, float) or math.isnan(best):  # infinity: before the first epoch
        raise _wrong("schedule.best", best)
    if not _is_count(bad):
        raise _wrong("schedule.num_bad_epochs", bad)
    return {"best": best, "num_bad_epochs": bad}


def _check_random_state(trainer: Mapping[str, Any]) -> None:
    state, device = trainer["rng_cpu"], trainer["rng_device"]
    good = device is None or (
        isinstance(device, Tensor) and device.dtype == torch.uint8 and device.numel() <= 65_536
    )
    try:
        torch.Generator().set_state(state)
    except (RuntimeError, TypeError):
        good = False
    if not good:
        raise CheckpointError("The random state in the file is not torch's.")


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _wrong(key: str, value: Any) -> CheckpointError:
    # A tensor or a list is not printed: torch would import half of itself for that.
    plain = value is None or type(value) in (bool, int, float, str)
    return CheckpointError(
        "The training state in the file cannot have {value} as `{key}`.",
        value=printable(repr(value) if plain else type(value).__name__),
        key=key,
    )
