"""What a run starts with, new or resumed: settings and trainer state out of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlcore import checkpoint
from mlcore.checkpoint import Checkpoint
from mlcore.checkpoint.optimizer_state import optimizer_name, same_state
from mlcore.config import EXECUTION, RunConfig, can_continue, changes_between
from mlcore.data.tensors import Dataset
from mlcore.errors import DataError
from mlcore.optim import build_optimizer, carry
from mlcore.runs.record.folder import START_FILE

__all__ = ["InitialState", "initial_state_from", "takes_along"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialState:
    """What a run starts with.

    Attributes:
        config: settings in force at its first step.
        state: what `Trainer` takes as state; None for a new model.
        changes: an edit to make before the first step.
        source: the checkpoint, if there is one.
    """

    config: RunConfig
    state: Mapping[str, Any] | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    source: Checkpoint | None = None

    def check(self, data: Dataset) -> None:
        """Make sure that the data go with the checkpoint.

        Raises:
            CheckpointError: its model has another number of classes.
            DataError: it is to be continued exactly, but on other images.
        """
        source = self.source
        if source is None:
            return
        source.check_classes(data)
        exact = self.state is not None and "config" in self.state
        if exact and source.data and source.data["fingerprint"] != data.fingerprint:
            raise DataError(
                "The images of {title} are not those that the run was trained on before: "
                "put the old files back, or start a new run from the weights alone.",
                title=data.title,
            )


def initial_state_from(path: Path, wanted: RunConfig) -> InitialState:
    """Start from a checkpoint in the run's own folder.

    A checkpoint that the run has written is continued exactly, its edits included. One that it was
    given (`start.pt`) is continued exactly too if it is a full one and the settings differ only in
    what an edit can change, or in where to compute; that edit is then made first. Otherwise its
    weights are the initial weights of a new training, and the tutorial's form brings its
    optimizer's state and its epoch along (`takes_along`).

    Raises:
        CheckpointError: the file is refused, or is of another model.
    """
    source = checkpoint.load(path)
    source.check_model(wanted.model)
    if source.form == "full" and source.state is not None and source.config is not None:
        return _from_full(source, source.state, source.config, wanted, own=path.name != START_FILE)
    state: dict[str, Any] = {"model": source.model}
    if source.state is not None and takes_along(source, wanted):
        state = {**source.state, "optimizer": _optimizer(source, wanted)}
    return InitialState(config=wanted, state=state, source=source)


def _from_full(
    source: Checkpoint, state: Mapping[str, Any], before: RunConfig, wanted: RunConfig, *, own: bool
) -> InitialState:
    new = wanted.flat()
    if not own and not can_continue(before, wanted):
        return InitialState(config=wanted, state={"model": source.model}, source=source)
    config = before.with_values({name: new[name] for name in EXECUTION})
    return InitialState(
        config=config,
        state={**state, "config": config.to_json()},
        changes={} if own else changes_between(before, wanted),
        source=source,
    )


def takes_along(source: Checkpoint, wanted: RunConfig) -> bool:
    """Whether a run from a file with these settings continues its training.

    It does with the optimizer's state, counting the epochs done; else it starts anew, from the
    weights alone.
    """
    if source.state is None or source.optimizer is None:
        return False
    if source.form == "full" and source.config is not None:
        return can_continue(source.config, wanted)
    return same_state(optimizer_name(source.optimizer), wanted.optim.name)


def _optimizer(source: Checkpoint, wanted: RunConfig) -> dict[str, Any]:
    """The optimizer's state with the options that the settings ask for."""
    assert source.optimizer is not None
    optimizer = build_optimizer(checkpoint.build_model(source).parameters(), wanted.optim)
    group = optimizer.state_dict()["param_groups"][0]
    carry(source.optimizer["param_groups"][0], group)
    return {"state": source.optimizer["state"], "param_groups": [group]}
