"""What can be done: train, go on with a run that has ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.server import data_sets
from dashboard.server.histories import history_of
from dashboard.session import problems
from mlcore.config import RunConfig
from mlcore.events import Finished, Stopped
from mlcore.runs import ENDED, History, RunFolder
from mlcore.runs.active.queue import QueueSnapshot
from mlcore.runs.record.folder import checkpoint_step

__all__ = ["begin", "more_epochs", "ready", "resume", "start", "why_not"]

_HEARD = "train-heard"
_AT_ONCE, _LOOK = 0.4, 0.01  # seconds
_WAITS = "Another run trains on this device; this one starts by itself when there is a place."


def start(queue: QueueSnapshot) -> None:
    """The button that starts a run, or has it wait.

    Args:
        queue: what trains and what waits.
    """
    config = session.config()
    reason = why_not(config)
    waits = bool(config and queue.active and server.jobs().would_wait(config, queue))
    st.button(
        "Add to queue" if waits else "Train",
        key="train",
        type="primary",
        icon=":material/playlist_add:" if waits else ":material/play_arrow:",
        disabled=reason is not None,
        help=reason or (_WAITS if waits else None),
        on_click=begin,
        args=(config,),
        width=150 if waits else 120,
    )


def ready() -> None:
    """The page is drawn whole: from now on a click on Train is a new one."""
    st.session_state[_HEARD] = False


def resume(history: History) -> None:
    """The button that goes on with a run that was stopped, failed or lost, or never began."""
    last, outcome = history.folder.last_checkpoint(), history.outcome
    if isinstance(outcome, Stopped) and outcome.reason == "cancelled":
        label, icon, hint = "Start it", "play_arrow", "It starts when there is a place for it."
    elif last is None:
        label, icon = "Start it again", "play_arrow"
        hint = "No checkpoint was written yet, so the run begins anew, with the same settings."
    else:
        label, icon = f"Resume from step {max(0, checkpoint_step(last)):,}", "resume"
        hint = "Goes on from the run's last checkpoint as if nothing had happened."
    st.button(
        label,
        key="resume",
        icon=f":material/{icon}:",
        help=hint,
        on_click=_resume,
        args=(history.folder.id, None),
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


def why_not(config: RunConfig | None) -> str | None:
    """Why no run can be started with these settings, in a sentence; None where one can."""
    if config is None:
        return "A setting on the left cannot be used; its reason stands there."
    if not data_sets.usable(config.data):
        return "The data set is not on this machine yet; the box above says how it gets here."
    return None


def begin(
    config: RunConfig | None, *, checkpoint: Path | None = None, parent: str | None = None
) -> None:
    """Start a run and show it; `ready` ends the time in which a second call does nothing.

    Args:
        config: its settings; None while one is refused.
        checkpoint: file to begin from.
        parent: id of the run that it is forked from.
    """
    if config is None or st.session_state.get(_HEARD):
        return  # one click may be heard twice: Streamlit repeats one that a re-run cut short
    st.session_state[_HEARD] = True
    with problems.caught():
        run = server.jobs().start_run(config, checkpoint=checkpoint, parent=parent)
        session.set_current_run(run)
        _first_steps(run)


def _resume(run: str, changes: Mapping[str, Any] | None) -> None:
    with problems.caught():
        server.jobs().resume_run(run, changes)
        _first_steps(run)


def _first_steps(run: str) -> None:
    """Wait a moment for a run to begin: then the page is drawn once, with its first losses.

    Where a process waits ready that takes less than a tenth of a second. A run that waits in the
    queue, or takes longer, is drawn as it stands.
    """
    folder, end = RunFolder(server.store().root / run), time.monotonic() + _AT_ONCE
    while time.monotonic() < end:
        history = history_of(folder)
        if history.state in ENDED or (history.state != "queued" and history.step):
            return
        if server.queue().snapshot().position(run):
            return
        time.sleep(_LOOK)
