"""What can be done: train, go on with a run that has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import data_source, session
from dashboard.problems import tried
from dashboard.progress import ACTIVE
from mlcore.config import RunConfig
from mlcore.events import Finished
from mlcore.runs import History, RunFolder
from mlcore.runs.folder import checkpoint_step

__all__ = ["more_epochs", "resume", "start"]


def start(training: RunFolder | None) -> None:
    """The button that starts a run.

    Args:
        training: a run that is under way, if any.
    """
    config = session.config()
    why_not = _why_not(config, training)
    st.button(
        "Train",
        key="train",
        type="primary",
        icon=":material/play_arrow:",
        disabled=why_not is not None,
        help=why_not,
        on_click=_start,
        args=(config,),
        width=120,
    )


def resume(folder: RunFolder) -> None:
    """The button that goes on with a run that was stopped, failed or lost."""
    last = folder.last_checkpoint()
    if last is None:
        return
    step = max(0, checkpoint_step(last))
    st.button(
        f"Resume from step {step:,}",
        key="resume",
        icon=":material/resume:",
        help="Goes on from the run's last checkpoint as if nothing had happened.",
        on_click=_resume,
        args=(folder.id, None),
    )


def more_epochs(history: History, epochs: int) -> None:
    """The button that goes on with a finished run, and for how long.

    Args:
        history: of the run.
        epochs: how many it was to have.
    """
    hint = "Goes on with this run: same model, same optimizer, more epochs."
    changes: dict[str, Any] = {}
    if isinstance(history.outcome, Finished) and history.outcome.early:
        epochs, changes = history.outcome.epoch, {"train.patience": 0}
        hint = f"{hint} Early stopping, which ended it, is turned off."
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        count = st.number_input(
            "More epochs",
            min_value=1,
            max_value=1_000,
            value=5,
            key="more-epochs",
            label_visibility="collapsed",
            width=130,
        )
        st.button(
            f"Train {count:,} more epoch{'s' if count > 1 else ''}",
            key="extend",
            icon=":material/forward:",
            help=hint,
            on_click=_resume,
            args=(history.folder.id, {"train.epochs": epochs + int(count)} | changes),
        )


def _why_not(config: RunConfig | None, training: RunFolder | None) -> str | None:
    if training is not None:
        return "A run is training. Stop it, or let it end, before you start the next."
    if config is None:
        return "A setting on the left cannot be used; its reason stands there."
    if not data_source.usable(config.data):
        return "The data set is not on this machine yet; the box above says how it gets here."
    return None


def _start(config: RunConfig | None) -> None:
    if config is None or any(info.state in ACTIVE for info in session.store().list()):
        return  # one click may be heard twice: Streamlit repeats one that a re-run cut short
    with tried():
        session.set_current_run(session.jobs().start_run(config))


def _resume(run: str, changes: Mapping[str, Any] | None) -> None:
    with tried():
        session.jobs().resume_run(run, changes)
