"""With what settings an uploaded checkpoint is gone on with. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.settings.form import effective
from mlcore.config import RunConfig
from mlcore.data import CATALOG
from mlcore.errors import CheckpointError, SettingsError

__all__ = ["data_sets_for", "resume_config", "why_not_resumable"]

_PLACE = ("data.root", "train.device", "train.threads")
"""Settings of this machine and this person: never taken from a file."""


def data_sets_for(outputs: int) -> tuple[str, ...]:
    """Names of the data sets with so many classes, in the order of the catalog."""
    return tuple(name for name, family in CATALOG.items() if len(family.classes) == outputs)


def why_not_resumable(inspection: Mapping[str, Any]) -> str:
    """Why training cannot go on from a file, in a sentence; empty where it can."""
    if inspection["resumable"]:
        return ""
    reasons = [line for line in inspection["missing"] if "resumed" in line]
    return reasons[0] if reasons else "It cannot be resumed: it holds weights alone."


def resume_config(
    inspection: Mapping[str, Any], sidebar: RunConfig, assumed: Mapping[str, Any]
) -> RunConfig:
    """The settings of a run that goes on from a checkpoint, with the sidebar's epochs on top.

    A full checkpoint brings its own settings. For the tutorial's form, which has none, those of
    the sidebar count, save for what the file shows by its shapes and its optimizer.

    Args:
        inspection: what `inspect` told of the file.
        sidebar: the settings on the page.
        assumed: "activation", "mean", "std" where the file does not state them.

    Raises:
        CheckpointError: training cannot go on from this file, or no data set fits it.
    """
    if reason := why_not_resumable(inspection):
        raise CheckpointError(reason)
    epochs = int(inspection["epoch"] or 0) + sidebar.train.epochs
    try:
        if inspection["settings"] is not None:
            config = RunConfig.from_json(inspection["settings"])
        else:
            config = _stated(inspection, sidebar, assumed)
        here = {name: sidebar.flat()[name] for name in _PLACE}
        return config.with_values({**here, "train.epochs": epochs})
    except SettingsError as error:
        raise CheckpointError(f"Training cannot go on with these settings: {error}") from error


def _stated(
    inspection: Mapping[str, Any], sidebar: RunConfig, assumed: Mapping[str, Any]
) -> RunConfig:
    """The sidebar's settings, bent to what the file shows."""
    fitting = data_sets_for(int(inspection["outputs"]))
    if not fitting:
        raise CheckpointError(
            f"The model tells {inspection['outputs']} classes apart, and no data set here has "
            "so many: it cannot be trained on."
        )
    changes = {
        "model.hidden": tuple(inspection["hidden"]),
        "model.batch_norm": inspection["batch_norm"],
        "model.activation": assumed.get("activation", inspection["activation"]),
        "optim.name": inspection["optimizer"] or sidebar.optim.name,
        "data.mean": assumed.get("mean", sidebar.data.mean),
        "data.std": assumed.get("std", sidebar.data.std),
    }
    if sidebar.data.name not in fitting:
        changes |= {"data.name": fitting[0], "data.validation": 0, "train.patience": 0}
    return RunConfig.from_flat(effective(sidebar.flat() | changes))
