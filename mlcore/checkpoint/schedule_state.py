"""The schedule's state dict in a file, held against a pattern of what the stock schedule keeps.

torch takes over whatever such a dictionary holds, also in the place of a method. A new schedule to
compare with would do too, but making one takes an optimizer, and that imports torch's compiler.

Source: the attributes set in `torch/optim/lr_scheduler.py`.
"""

from __future__ import annotations

import math
from typing import Any

from torch.optim import lr_scheduler

from mlcore.checkpoint.untrusted.source import shown
from mlcore.errors import CheckpointError

__all__ = ["PATTERNS", "check_schedule"]

_RATES = [0.1]
_ALWAYS = {"base_lrs": _RATES, "last_epoch": 0, "_last_lr": _RATES}
PATTERNS: dict[str, dict[str, Any]] = {
    "step": {**_ALWAYS, "step_size": 1, "gamma": 0.1},
    "cosine": {**_ALWAYS, "T_max": 1, "eta_min": 0.0},
    "plateau": {
        "factor": 0.1,
        "min_lrs": _RATES,
        "patience": 1,
        "cooldown": 0,
        "eps": 0.1,
        "last_epoch": 0,
        "_last_lr": _RATES,
        "mode_worse": math.inf,
        "mode": "min",
        "threshold": 0.1,
        "threshold_mode": "rel",
        "best": math.inf,
        "cooldown_counter": 0,
        "num_bad_epochs": 0,
    },
    "one_cycle": {
        **_ALWAYS,
        "total_steps": 1,
        "_schedule_phases": [
            {
                "end_step": 1.0,
                "start_lr": "initial_lr",
                "end_lr": "max_lr",
                "start_momentum": "max_momentum",
                "end_momentum": "base_momentum",
            },
            {
                "end_step": 1.0,
                "start_lr": "max_lr",
                "end_lr": "min_lr",
                "start_momentum": "base_momentum",
                "end_momentum": "max_momentum",
            },
        ],
        "_anneal_func_type": "cos",
        "cycle_momentum": True,
        "use_beta1": True,
    },
}
"""Schedule → an example of each entry; numbers and truths may differ, texts may not."""

_OPTIONAL = ("use_beta1",)
_CLASSES = {
    "step": lr_scheduler.StepLR,
    "cosine": lr_scheduler.CosineAnnealingLR,
    "plateau": lr_scheduler.ReduceLROnPlateau,
    "one_cycle": lr_scheduler.OneCycleLR,
}


def check_schedule(name: str, value: Any) -> None:
    """Hold a state dict against the schedule that the settings name.

    Raises:
        CheckpointError: it is not of that schedule, or would replace a part of it.
    """
    if name == "constant":
        if value is not None:
            raise _refused("a constant learning rate has none")
        return
    pattern = PATTERNS[name]
    if not isinstance(value, dict):
        raise _refused(f"it is not that of {name}")
    for key in pattern:
        if key not in value and key not in _OPTIONAL:
            raise _refused(f"it lacks `{key}` of {name}")
    for key, item in value.items():
        if key in pattern:
            good = _alike(pattern[key], item)
        else:  # another version of torch may note more; nothing may stand in a method's place
            good = type(item) in (bool, int, float) and key != "optimizer"
            good = good and not callable(getattr(_CLASSES[name], key, None))
        if not good:
            raise _refused(f"its `{shown(key)}` is not what {name} keeps")


def _alike(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, dict):
        return (
            isinstance(value, dict)
            and set(pattern) == set(value)
            and all(_alike(pattern[key], value[key]) for key in pattern)
        )
    if isinstance(pattern, list):
        return (
            isinstance(value, list | tuple)
            and len(pattern) == len(value)
            and all(_alike(one, other) for one, other in zip(pattern, value, strict=True))
        )
    if type(pattern) in (int, float):
        return type(value) in (int, float) and not math.isnan(value)
    return type(pattern) is type(value) and (type(pattern) is bool or bool(pattern == value))


def _refused(reason: str) -> CheckpointError:
    return CheckpointError(
        f"The schedule's state in the file cannot be used: {reason}; "
        "go on from another checkpoint, or use its weights alone."
    )
