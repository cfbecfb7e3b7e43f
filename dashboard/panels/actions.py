"""What can be done: train, stop, go on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st

from dashboard import data_source, session
from dashboard.progress import ACTIVE
from mlcore.commands import Command, Continue, Stop
from mlcore.config import RunConfig
from mlcore.errors import MlcoreError
from mlcore.runs import RunFolder, State, send
from mlcore.runs.folder import checkpoint_step

__all__ = ["answer_due", "more_epochs", "problem", "resume", "start_and_stop"]

_PROBLEM, _ASKED = "train-problem", "train-asked"
_PATIENCE = 3.0  # seconds in which an answer to a click is looked for more often


def start_and_stop(
    shown: RunFolder | None, state: State | None, training: RunFolder | None
) -> None:
    """The buttons that start a run and end it.

    Args:
        shown: the run on the page, if any.
        state: where it stands.
        training: a run that is under way, the shown one if it is.
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
        width=140,
    )
    if shown and state in ACTIVE:
        if state == "paused":
            _steer("Continue", "continue", ":material/resume:", shown, state, Continue())
        _steer("Stop training", "stop", ":material/stop:", shown, state, Stop())


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


def more_epochs(run: str, epochs: int) -> None:
    """The button that goes on with a finished run, and for how long."""
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
            help="Goes on with this run: same model, same optimizer, more epochs.",
            on_click=_resume,
            args=(run, {"train.epochs": epochs + int(count)}),
        )


def problem() -> None:
    """Say once why the last click could not be done."""
    if sentence := st.session_state.pop(_PROBLEM, None):
        st.error(sentence, icon=":material/error:")


def answer_due(run: RunFolder, state: State) -> bool:
    """Whether this session has just asked something of the run, and nothing came of it yet."""
    asked = st.session_state.get(_ASKED)
    if asked is None:
        return False
    whom, then, when = asked
    return bool((whom, then) == (run.id, state) and time.monotonic() - when < _PATIENCE)


def _why_not(config: RunConfig | None, training: RunFolder | None) -> str | None:
    if training is not None:
        return "A run is training. Stop it, or let it end, before you start the next."
    if config is None:
        return "A setting on the left cannot be used; its reason stands there."
    if not data_source.usable(config.data):
        return "The data set is not on this machine yet; the box above says how it gets here."
    return None


def _steer(
    label: str, key: str, icon: str, folder: RunFolder, state: State | None, command: Command
) -> None:
    st.button(label, key=key, icon=icon, on_click=_send, args=(folder, state, command), width=170)


def _send(folder: RunFolder, state: State | None, command: Command) -> None:
    with _told():
        send(folder, command)
        st.session_state[_ASKED] = (folder.id, state, time.monotonic())


def _start(config: RunConfig | None) -> None:
    if config is None:
        return
    with _told():
        session.set_current_run(session.jobs().start_run(config))


def _resume(run: str, changes: Mapping[str, Any] | None) -> None:
    with _told():
        session.jobs().resume_run(run, changes)


@contextmanager
def _told() -> Iterator[None]:
    """Keep the sentence of an error for `problem`: callbacks run before the page is drawn."""
    try:
        yield
    except MlcoreError as error:
        st.session_state[_PROBLEM] = str(error)
