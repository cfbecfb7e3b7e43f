"""With what settings a run continues from an uploaded checkpoint: the file's and the sidebar's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.words.choices import setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _
from dashboard.words.wording import listed, sentences
from mlcore.checkpoint.suggest import ResumePlan, Suggestion, plan_resume
from mlcore.config import MACHINE, RunConfig
from mlcore.data import CATALOG

__all__ = ["origins", "resume_plan"]

_NEW = ("optim.name", "optim.lr")
"""What is said of the optimizer of a training that starts anew."""


def resume_plan(
    inspection: Mapping[str, Any], sidebar: RunConfig, assumed: Mapping[str, Any]
) -> ResumePlan:
    """The settings of a run that continues from a checkpoint for as many epochs as the sidebar has.

    Without an optimizer that can be continued, a new training starts from the file's weights, by
    the sidebar's optimizer.

    Args:
        inspection: what `inspect` found in the file.
        sidebar: the settings on the page; they count where the file says nothing.
        assumed: "activation", "mean", "std" where the file does not state them.

    Raises:
        CheckpointError: the settings contradict each other, or no data set fits the file.
    """
    values = sidebar.flat()
    own = {name: values[name] for name in MACHINE}
    done = int(inspection["epoch"] or 0) if inspection["resumable"] else 0
    own["train.epochs"] = done + sidebar.train.epochs
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
    shown = plan.optimizer() or {name: plan.config.flat()[name] for name in _NEW}
    settings = listed(
        _("{setting} {value}", setting=setting_label(name), value=setting_text(value))
        for name, value in shown.items()
    )
    text = (
        _(
            "From the file: the layers, {settings}. "
            "From the sidebar: everything that is not said above.",
            settings=settings,
        )
        if plan.optimizer()
        else _(
            "From the file: the weights. From the sidebar: {settings}, and everything that is "
            "not said above.",
            settings=settings,
        )
    )
    if plan.fitted:
        fitted = _(
            "Data set: {title}, which has as many classes as the model.",
            title=CATALOG[plan.fitted].title,
        )
        return sentences(text, fitted)
    return text
