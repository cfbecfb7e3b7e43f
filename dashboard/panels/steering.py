"""What steers a run that is under way: pause, single steps, stop, and changes of its settings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.form import in_words
from dashboard.panels.actions import told
from dashboard.pending import change_words, pending_changes
from dashboard.progress import ACTIVE
from dashboard.wording import as_markdown
from mlcore.commands import Command, Continue, Edit, Pause, RunEpoch, RunSteps, Stop
from mlcore.runs import History, Request

__all__ = ["answer_due", "apply", "buttons"]

_ASKED = "train-asked"
_AT_ONCE = 0.2  # seconds that a click waits for its answer, so that the page shows it at once
_PATIENCE = 3.0  # seconds in which an answer that did not come then is looked for more often


def buttons(history: History) -> None:
    """The buttons that pause a run, have it go on step by step, and end it."""
    if history.state not in ACTIVE:
        return
    if history.state == "paused":
        _button("Continue", "continue", ":material/resume:", history, Continue())
        _button(
            "Next step", "next-step", ":material/skip_next:", history, RunSteps(), "One step more."
        )
        _button(
            "Next epoch",
            "next-epoch",
            ":material/fast_forward:",
            history,
            RunEpoch(),
            "On to the end of the epoch, and no further.",
        )
    elif history.state == "running":
        _button("Pause", "pause", ":material/pause:", history, Pause())
    _button("Stop training", "stop", ":material/stop:", history, Stop())


def apply(history: History) -> None:
    """Offer what the sidebar asks for to the run, and say so where the run refused it."""
    if history.state not in ACTIVE:
        return
    now = history.config
    changes = pending_changes(now, session.values())
    if not changes:
        return
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key="pending", gap="small"
    ):
        st.markdown(as_markdown(change_words(now, changes)), width="content")
        st.space("stretch")
        st.button(
            "Apply to the running model",
            key="apply",
            icon=":material/tune:",
            help="The next step uses them; the chart marks the step.",
            on_click=_ask,
            args=(history, Edit(changes=changes)),
        )
        st.button(
            "Take back",
            key="take-back",
            type="tertiary",
            help="Puts the run's settings back into the sidebar.",
            on_click=_take_back,
            args=({name: now.flat()[name] for name in changes},),
        )
    if history.refused is not None and dict(history.refused.changes) == changes:
        sentence = in_words(history.refused.message)
        st.error(f"The run keeps its settings. {as_markdown(sentence)}", icon=":material/error:")


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
    st.button(label, key=key, icon=icon, on_click=_ask, args=(history, command), help=help)


def _ask(history: History, command: Command) -> None:
    """Ask it of the run; an answer that comes at once is there when the page is drawn."""
    then = _stand(history)
    with told():
        if Request(history.folder, command).wait(_AT_ONCE) is None:
            st.session_state[_ASKED] = (history.folder.id, then, time.monotonic())


def _take_back(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        session.change(name, value)
