"""The options of an optimizer in a file: which optimizer has them, and what becomes of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError, Notice
from mlcore.rules import list_words

__all__ = ["NAMES", "Options", "as_number", "is_number", "name_of", "read_options"]

NAMES = ("sgd", "adam", "adamw", "rmsprop", "adagrad")
"""The optimizers that can be continued."""

_OWN = {"amsgrad": "adam", "centered": "rmsprop", "lr_decay": "adagrad", "dampening": "sgd"}
"""Option → the only one of ours that has it."""

_OTHERS = {
    "momentum_decay": "NAdam",
    "rho": "Adadelta",
    "lambd": "ASGD",
    "etas": "Rprop",
    "ns_steps": "Muon",
    "max_iter": "LBFGS",
    "beta2_decay": "Adafactor",
}
"""Option → the only other optimizer of torch that has it."""

_NUMBERS = (
    "lr",
    "momentum",
    "dampening",
    "weight_decay",
    "eps",
    "alpha",
    "lr_decay",
    "initial_accumulator_value",
)
_OF_SCHEDULES = ("initial_lr", "max_lr", "min_lr", "max_momentum", "base_momentum", "swa_lr")
_FLAGS = ("nesterov", "maximize", "amsgrad", "centered", "decoupled_weight_decay")
_COUNTS = ("betas", *_NUMBERS, *_FLAGS)
"""The options that a step's numbers depend on."""
_HOW = ("foreach", "fused", "capturable", "differentiable")
"""How torch computes: the same update, but for the last digits."""

_ADAMWS = 0.01
"""AdamW's default weight decay; so much is rare with Adam, which adds it to the gradient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One group's options, checked, that hold for all weights.

    Attributes:
        name: of the optimizer, as in `optim.name`.
        group: as in a state dict, without its weights.
        notes: what of the file is not, or not quite, as it was.
        assumed: what the file leaves open.
    """

    name: str
    group: Mapping[str, Any]
    notes: tuple[Notice, ...] = ()
    assumed: tuple[Notice, ...] = ()


def name_of(group: Mapping[str, Any]) -> str:
    """Which of our optimizers has these options; empty for none."""
    name = next((_OWN[key] for key in _OWN if key in group), "")
    return "adamw" if name == "adam" and group.get("decoupled_weight_decay") else name


def read_options(groups: Sequence[Mapping[str, Any]], *, strict: bool) -> Options:
    """The options of all groups of weights as those of one.

    Args:
        groups: as in a state dict; at least one.
        strict: refuse options that no stock optimizer has, instead of leaving them out.

    Raises:
        CheckpointError: they are of another optimizer, differ between groups, or are impossible.
    """
    _check_kind(groups[0])
    checked = [_checked(group, strict=strict) for group in groups]
    group = checked[0]
    differing = [
        key
        for key in group
        if key in _COUNTS and any(group[key] != one.get(key) for one in checked[1:])
    ]
    if differing:
        raise CheckpointError(
            "The optimizer in the file has {count} groups of weights with different {options}, "
            "and here all weights share one.",
            count=len(groups),
            options=list_words([f"`{key}`" for key in differing]),
        )
    assumed = _settle_weight_decay(group)
    return Options(
        name=name_of(group), group=group, notes=tuple(_notes(groups, group)), assumed=assumed
    )


def as_number(value: Any) -> Any:
    """The number in a tensor of one; anything else as it is."""
    return value.item() if isinstance(value, Tensor) and value.numel() == 1 else value


def is_number(value: Any) -> bool:
    """Whether it is a finite number from 0 on, of a size that means something."""
    return type(value) in (int, float) and 0 <= value < 1e300 and math.isfinite(value)


def _check_kind(group: Mapping[str, Any]) -> None:
    other = next((_OTHERS[key] for key in _OTHERS if key in group), "")
    if not other and "betas" in group and "amsgrad" not in group:
        newer = "decoupled_weight_decay" in group
        other = "RAdam" if newer else "a relative of Adam (Adamax, RAdam or the like)"
    if other:
        raise CheckpointError(
            "The optimizer in the file is {name}, which cannot be continued here.", name=other
        )
    if not name_of(group):
        raise CheckpointError(
            "The optimizer state in the file is of none of {names}.", names=", ".join(NAMES)
        )


def _checked(group: Mapping[str, Any], *, strict: bool) -> dict[str, Any]:
    """The options of one group that stock torch knows, without its weights."""
    checked: dict[str, Any] = {}
    for key, value in group.items():
        number = as_number(value)
        if key == "betas":
            pair = value if isinstance(value, list | tuple) else ()
            number = tuple(map(as_number, pair))
            good = len(pair) == 2 and all(is_number(one) and one < 1 for one in number)
        elif key in _FLAGS:
            good = value is None or type(value) is bool
        elif key in _NUMBERS:
            good = is_number(number)
        elif key in ("params", "param_names"):
            continue
        else:
            kept = value is None or type(value) is bool if key in _HOW else is_number(number)
            good = kept and key in (*_HOW, *_OF_SCHEDULES)
        if good:
            checked[key] = number
        elif strict or key in _COUNTS:
            raise _impossible(key)
    if "lr" not in checked:
        raise CheckpointError("The optimizer state in the file lacks `params` or `lr`.")
    if checked.get("maximize"):
        raise CheckpointError(
            "The optimizer in the file makes the loss as large as it can (`maximize`), "
            "and training here makes it small."
        )
    return checked


def _impossible(key: Any) -> CheckpointError:
    return CheckpointError(
        "The option `{option}` of the optimizer in the file has an impossible value.",
        option=printable(key),
    )


def _settle_weight_decay(group: dict[str, Any]) -> tuple[Notice, ...]:
    """Decide between Adam and AdamW where an older torch wrote the same options for both."""
    decay = group.get("weight_decay", 0)
    if "amsgrad" not in group or group.get("decoupled_weight_decay") is not None or not decay:
        return ()
    group["decoupled_weight_decay"] = decay >= _ADAMWS
    return (
        Notice(
            "Optimizer: {name}, by its weight decay of {decay:g}; older files do not say whether "
            "it is Adam or AdamW.",
            name="AdamW" if decay >= _ADAMWS else "Adam",
            decay=decay,
        ),
    )


def _notes(groups: Sequence[Mapping[str, Any]], group: Mapping[str, Any]) -> list[Notice]:
    notes = []
    known = (*_COUNTS, *_HOW, *_OF_SCHEDULES, "params", "param_names")
    unknown = {str(key): None for one in groups for key in one if key not in known}
    if unknown:
        names = list_words([f"`{printable(key, 30)}`" for key in list(unknown)[:5]])
        notes.append(Notice("Not used of its optimizer: {names}.", names=names))
    how = [key for key in _HOW[1:] if any(one.get(key) is True for one in groups)]
    if how:
        options = list_words([f"`{key}`" for key in how])
        notes.append(
            Notice(
                "Its optimizer was {options}, and is not here: the last digits may differ.",
                options=options,
            )
        )
    if any(isinstance(one["lr"], Tensor) for one in groups):
        notes.append(
            Notice(
                "Its learning rate was a tensor, and is a number here: the last digits may differ."
            )
        )
    first = as_number(groups[0].get("initial_lr", group["lr"]))
    if not group["lr"]:
        notes.append(
            Notice(
                "Its learning rate is 0, as at the end of a schedule: the settings' own is used."
            )
        )
    elif is_number(first) and first != group["lr"]:
        notes.append(
            Notice(
                "A schedule had moved the learning rate from {first:g} to {now:g}: it goes on from "
                "there, and that schedule is not used.",
                first=first,
                now=group["lr"],
            )
        )
    if "lr_decay" in group and group.get("eps", 1e-10) != 1e-10:
        notes.append(Notice("Adagrad keeps the epsilon of the file, {eps:g}.", eps=group["eps"]))
    return notes
