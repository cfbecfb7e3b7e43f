"""Settings to go on with from a checkpoint that states none. Needs torch."""

from __future__ import annotations

import dataclasses
from typing import Any

from mlcore.checkpoint.format import Checkpoint
from mlcore.checkpoint.optimizer_state import optimizer_name
from mlcore.config import OptimConfig, RunConfig
from mlcore.errors import CheckpointError, SettingsError

__all__ = ["suggest_config"]

_OPTIONS = {"sgd": ("momentum", "nesterov"), "rmsprop": ("momentum",)}


def suggest_config(checkpoint: Checkpoint, base: RunConfig) -> RunConfig:
    """The settings that a run from this checkpoint needs.

    Those of the file where it states them. Otherwise `base` with the file's architecture, the
    optimizer whose state it holds (with a constant learning rate), and its data set's
    normalisation.

    Raises:
        CheckpointError: the optimizer in the file has options that no setting allows.
    """
    if checkpoint.config is not None:
        return checkpoint.config
    found = checkpoint.model_config
    model = dataclasses.replace(base.model, hidden=found.hidden, batch_norm=found.batch_norm)
    changes: dict[str, Any] = {"model": model}
    try:
        if checkpoint.optimizer is not None:
            changes["optim"] = _optim(checkpoint.optimizer)
        if checkpoint.data is not None:
            told = {name: checkpoint.data[name] for name in ("mean", "std")}
            changes["data"] = dataclasses.replace(base.data, **told)
        return dataclasses.replace(base, **changes)
    except SettingsError as error:
        raise CheckpointError(f"The checkpoint cannot be resumed as it is: {error}") from None


def _optim(state: Any) -> OptimConfig:
    group, name = state["param_groups"][0], optimizer_name(state)
    options = {key: group[key] for key in _OPTIONS.get(name, ()) if group.get(key)}
    return OptimConfig(name=name, lr=group["lr"], weight_decay=group["weight_decay"], **options)  # type: ignore[arg-type]
