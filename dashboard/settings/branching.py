"""The settings of a run that is branched off: its parent's, and what the sidebar changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.settings.form import check, effective
from dashboard.settings.pending import pending_changes
from dashboard.words.translation import _
from mlcore.config import EXECUTION, SETTINGS, RunConfig
from mlcore.errors import SettingsError
from mlcore.runs.library.forks import SAME_WEIGHTS, ForkPoint

__all__ = ["branch_changes", "branch_config", "branch_epochs", "point_words"]

_KEPT = (*SAME_WEIGHTS, "data.name", "data.root", "data.validation")
"""What a fork from the initial weights keeps of its parent, whatever the sidebar says."""


def branch_changes(point: ForkPoint, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a fork does differently from its parent, epochs left out: dotted name → value.

    At a checkpoint that is what an edit can change; at the initial weights, everything that leaves
    these weights and the images as they are.

    Args:
        point: where it branches off.
        values: the sidebar's settings, by dotted name, as its widgets hold them.

    Returns:
        None while a value in the sidebar is refused.
    """
    before = point.config.flat()
    if not point.initial:
        if check(before | {"train.epochs": values["train.epochs"]}).config is None:
            return None
        changes: dict[str, Any] = dict(pending_changes(point.config, values))
    else:
        kept = {name: before[name] for name in _KEPT}
        wanted = check(effective({**values, **kept})).config
        if wanted is None:
            return None
        after = wanted.flat()
        changes = {name: after[name] for name in after if after[name] != before[name]}
        changes = {name: value for name, value in changes.items() if name not in EXECUTION}
    changes.pop("train.epochs", None)
    return changes


def branch_epochs(point: ForkPoint, wanted: int) -> int:
    """How many epochs a fork trains unless a person says otherwise.

    Args:
        point: where it branches off.
        wanted: the epochs of the sidebar: the fork trains the rest of them, or as many again.
    """
    if point.file is None or point.epoch >= wanted:
        return wanted
    return wanted - point.epoch


def branch_config(point: ForkPoint, changes: Mapping[str, Any] | None, epochs: int) -> RunConfig:
    """The settings of the fork.

    Args:
        point: where it branches off.
        changes: as `branch_changes` gives them.
        epochs: how many it trains.

    Raises:
        SettingsError: a value in the sidebar or the number of epochs is refused, or the settings
            contradict each other.
    """
    if changes is None:
        raise SettingsError("A setting in the sidebar cannot be used; the reason is shown there.")
    SETTINGS["train.epochs"].rule.check("train.epochs", epochs, int)
    done = point.epoch if point.file is not None else 0
    return point.with_settings({**changes, "train.epochs": done + epochs})


def point_words(point: ForkPoint) -> str:
    """A point in words: "Epoch 3 (step 2,814)", "The same initial weights"."""
    if point.initial:
        return _("The same initial weights")
    if point.ends_epoch:
        return _("Epoch {epoch:,} (step {step:,})", epoch=point.epoch, step=point.step)
    return _("Step {step:,}, in epoch {epoch:,}", step=point.step, epoch=point.epoch + 1)
