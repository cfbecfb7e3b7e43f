"""What steers a run that is under way: pause, single steps, stop, and changes of its settings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.panels.queue import cancel
from dashboard.session import problems
from dashboard.settings.pending import change_words, pending_changes
from dashboard.words.progress import ACTIVE
from dashboard.words.setting_names import with_labels
from dashboard.words.wording import as_markdown
from mlcore.commands import Command, Continue, Edit, Pause, RunEpoch, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.rules import Value
from mlcore.runs import History, Request

__all__ = ["answer_due", "apply", "buttons", "single_steps"]

_ASKED = "train-asked"
_AT_ONCE = 0.2  # seconds that a click waits for its answer, so that the page shows it at once
_PATIENCE = 3.0  # seconds in which an answer that did not come then is looked for more often


def buttons(history: History) -> None:
    """The buttons that pause a run, have it go on, and end it."""
    if history.state not in ACTIVE:
        return
    if history.state == "queued":
        _before_it_begins(history)
        return
    if history.state == "paused":
        _button("Continue", "continue", ":material/resume:", history, Continue())
    elif history.state == "running":
        _button("Pause", "pause", ":material/pause:", history, Pause())
    _button("Stop training", "stop", ":material/stop:", history, Stop())


def _before_it_begins(history: History) -> None:
    """The button that takes a run back before its first step."""
    waits = server.queue().snapshot().position(history.folder.id)
    st.button(
        "Cancel" if waits else "Stop training",
        key="cancel" if waits else "stop",
        icon=":material/close:" if waits else ":material/stop:",
        help="It no longer waits; it can be started again later." if waits else None,
        on_click=cancel,
        args=(history.folder.id,),
    )


def single_steps(history: History) -> None:
    """The buttons that have a paused run do a little more."""
    if history.state != "paused":
        return
    for label, key, icon, command, hint in (
        ("Next step", "next-step", "skip_next", RunSteps(), "One step more."),
        ("Next epoch", "next-epoch", "fast_forward", RunEpoch(), "To the end of the epoch."),
    ):
        _button(label, key, f":material/{icon}:", history, command, hint)


def apply(history: History) -> None:
    """Offer what the sidebar asks for to the run, and say so where the run refused it."""
    place = st.empty()  # always there, so that what follows keeps its place, and the chart its node
    if history.state not in ACTIVE:
        return
    now = history.config
    changes = pending_changes(now, session.values())
    if not changes:
        return
    with place.container(border=True, key="pending"):
        _offer(history, now, changes)
        if history.refused is not None and dict(history.refused.changes) == changes:
            why = as_markdown(with_labels(history.refused.message))
            st.error(f"The run keeps its settings. {why}", icon=":material/error:")


def _offer(history: History, now: RunConfig, changes: Mapping[str, Value]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(as_markdown(change_words(now, changes)), width="content")
        st.space("stretch")
        st.button(
            "Take back",
            key="take-back",
            type="tertiary",
            help="Puts the run's settings back into the sidebar.",
            on_click=_take_back,
            args=({name: now.flat()[name] for name in changes},),
        )
        st.button(
            "Apply to the running model",
            key="apply",
            icon=":material/tune:",
            help="The next step uses them; the chart marks the step.",
            on_click=_ask,
            args=(history, Edit(changes=changes)),
        )


def answer_due(history: History) -> bool:
    """Whether this session has just asked something of the run, and nothing came of it yet."""
    asked = st.session_state.get(_ASKED)
    if asked is None:
        return False
    whom, then, when = asked
    return bool(
        (whom, then) == (history.folder.id, _stand(history)) and time.monotonic() - when < _PATIENCE
    )


def _stand(history: History) -> tuple[Any, ...]:
    """What changes when a run has answered."""
    return history.state, len(history.edits), history.refused


def _button(
    label: str, key: str, icon: str, history: History, command: Command, help: str | None = None
) -> None:
    args = (history, command, history.step)
    st.button(label, key=key, icon=icon, on_click=_ask, args=args, help=help)


def _ask(history: History, command: Command, at: int | None = None) -> None:
    """Ask it of the run; an answer that comes at once is there when the page is drawn.

    Steps are asked of the step that was on the page: a click that is heard twice counts once.
    """
    history.refresh()
    if isinstance(command, RunSteps | RunEpoch) and history.step != at:
        return
    then = _stand(history)
    with problems.caught():
        if Request(history.folder, command).wait(_AT_ONCE) is None:
            st.session_state[_ASKED] = (history.folder.id, then, time.monotonic())


def _take_back(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        session.change(name, value)
