"""With what settings a run continues from an uploaded checkpoint: the file's and the sidebar's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.words.choices import setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _
from mlcore import errors
from mlcore.checkpoint.suggest import ResumePlan, Suggestion, plan_resume
from mlcore.config import RunConfig
from mlcore.data import CATALOG
from mlcore.errors import MlcoreError

__all__ = ["origins", "resume_plan", "why_not_resumable"]

_FROM_SIDEBAR = ("data.root", "train.device", "train.threads")
"""Settings of this machine and this person: never taken from a file."""


def why_not_resumable(inspection: Mapping[str, Any]) -> MlcoreError | None:
    """Why training cannot continue from a file; None where it can."""
    return None if inspection["resumable"] else errors.from_json(inspection["missing"][0])


def resume_plan(
    inspection: Mapping[str, Any], sidebar: RunConfig, assumed: Mapping[str, Any]
) -> ResumePlan:
    """The settings of a run that continues from a checkpoint for as many epochs as the sidebar has.

    Args:
        inspection: what `inspect` found in the file.
        sidebar: the settings on the page; they count where the file says nothing.
        assumed: "activation", "mean", "std" where the file does not state them.

    Raises:
        CheckpointError: training cannot continue from this file, or no data set fits it.
    """
    if reason := why_not_resumable(inspection):
        raise reason
    values = sidebar.flat()
    own = {name: values[name] for name in _FROM_SIDEBAR}
    own["train.epochs"] = int(inspection["epoch"] or 0) + sidebar.train.epochs
    if inspection["settings"] is None:
        groups = {"activation": "model", "mean": "data", "std": "data"}
        own |= {f"{groups[name]}.{name}": value for name, value in assumed.items()}
    return plan_resume(Suggestion(**inspection["suggested"]), sidebar, own)


def origins(plan: ResumePlan) -> str:
    """Which settings come from where, in two or three short sentences."""
    if plan.states_all:
        return _(
            "From the file: all settings. "
            "From the sidebar: epochs, device, CPU threads and data folder."
        )
    shown = [
        f"{setting_label(name)} {setting_text(value)}" for name, value in plan.optimizer().items()
    ]
    text = _(
        "From the file: the layers, {settings}. "
        "From the sidebar: everything that is not said above.",
        settings=", ".join(shown),
    )
    if plan.fitted:
        text += " " + _(
            "Data set: {title}, which has as many classes as the model.",
            title=CATALOG[plan.fitted].title,
        )
    return text
