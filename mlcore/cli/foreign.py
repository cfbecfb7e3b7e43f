"""What a checkpoint file leaves open: what a person says of it, and what is tried or assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlcore.config import DataConfig
from mlcore.errors import CheckpointError
from mlcore.rules import Value
from mlcore.words import percent

if TYPE_CHECKING:
    from mlcore.checkpoint import Checkpoint
    from mlcore.data import RawData
    from mlcore.testing import Trials

__all__ = ["assumptions", "best_of_usual", "check_said", "said_of", "trial_line"]

_SAYS = {
    "activation": "model.activation",
    "dropout": "model.dropout",
    "output": "train.loss",
    "mean": "data.mean",
    "std": "data.std",
    "optimizer": "optim.name",
}
"""What a file may leave open → the setting that says it."""


def said_of(given: Mapping[str, Value]) -> dict[str, Any]:
    """What the settings given say of a file, as `Checkpoint.assuming` takes it."""
    return {name: given[setting] for name, setting in _SAYS.items() if setting in given}


def check_said(found: Checkpoint, given: Mapping[str, Value]) -> None:
    """Refuse another activation than the one a file states.

    Raises:
        CheckpointError: it was given.
    """
    stated, wanted = found.model_config.activation, given.get("model.activation", "")
    if found.config is not None and wanted not in ("", stated):
        raise CheckpointError(
            "The file says that its activation is {stated}, but `--model.activation` is {wanted}: "
            "leave it out.",
            stated=stated,
            wanted=wanted,
        )


def best_of_usual(
    found: Checkpoint, config: DataConfig, given: Mapping[str, Value], raw: RawData | None = None
) -> tuple[Checkpoint, Trials | None]:
    """The checkpoint with the normalisation that suits it best, where neither file nor person says.

    Args:
        found: the checkpoint.
        config: the data set.
        given: the settings given.
        raw: its data, where they have been read before.

    Returns:
        The checkpoint, and what was tried: None where the normalisation is known.
    """
    if found.normalisation_stated or {"data.mean", "data.std"} & set(given):
        return found, None
    from mlcore.testing import try_normalisations  # loads torch

    trials = try_normalisations(found, config, raw=raw)
    return found.assuming({"mean": trials.best.mean, "std": trials.best.std}), trials


def trial_line(trials: Trials) -> str:
    """How good the model is with each normalisation that was tried, and which is taken."""
    shown = [
        f"mean {trial.mean:g}, std {trial.std:g} {percent(trial.accuracy)}"
        f"{' (taken)' if trial == trials.best else ''}"
        for trial in trials.tried
    ]
    hint = "" if trials.clear else " With none of them it is better than guessing."
    return (
        "Nothing in the file that can be used says how images are normalised. "
        f"On {trials.images:,} validation images: "
        f"{'; '.join(shown)}.{hint}"
    )


def assumptions(found: Checkpoint) -> list[str]:
    """What is assumed of the file, a line each."""
    return [f"Assumed: {sentence}" for sentence in found.assumed]
