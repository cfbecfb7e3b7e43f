"""Steering an active run: pause, single steps, stop, and changes of its settings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.panels.queue import cancel
from dashboard.server.histories import history_of
from dashboard.session import problems
from dashboard.settings.form import check
from dashboard.settings.pending import change_words, fixed_changes, pending_changes
from dashboard.words.progress import ACTIVE
from dashboard.words.setting_names import setting_label, settings_sentence
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown, listed
from mlcore.commands import Command, Continue, Edit, Pause, RunEpoch, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.errors import RunError, SettingsError
from mlcore.rules import Value
from mlcore.runs import ENDED, History, Request

__all__ = ["answer_due", "beside_network", "buttons", "pending", "single_steps"]

_SENT = "train-sent"
_AT_ONCE = 0.2  # seconds that a click waits for its answer, so that the page shows it at once
_PATIENCE = 3.0  # seconds in which the page checks more often for an answer that came later


def buttons(history: History) -> None:
    """The buttons that pause a run, continue it, and end it."""
    if history.state not in ACTIVE:
        return
    if history.state == "queued":
        _before_it_starts(history)
        return
    if history.state == "paused":
        text = _("Trains on, as if nothing had happened.")
        _button(_("Continue"), "continue", ":material/resume:", history, Continue(), text)
    elif history.state == "running":
        _pause(history, "pause")
    text = _("Ends the run and keeps its model; it can be resumed later.")
    _button(_("Stop"), "stop", ":material/stop:", history, Stop(), text)


def _before_it_starts(history: History) -> None:
    """The button that cancels a run before its first step."""
    waits = server.queue().snapshot().position(history.folder.id)
    st.button(
        _("Cancel") if waits else _("Stop"),
        key="cancel" if waits else "stop",
        icon=":material/close:" if waits else ":material/stop:",
        help=_("It no longer waits; it can be started again later.")
        if waits
        else _("Ends the run before its first step."),
        on_click=cancel,
        args=(history.folder.id,),
    )


def single_steps(history: History) -> None:
    """The buttons that take a paused run one step or one epoch further."""
    if history.state != "paused":
        return
    _step(history, "next-step")
    text = _("To the end of the epoch.")
    _button(_("Next epoch"), "next-epoch", ":material/fast_forward:", history, RunEpoch(), text)


def beside_network(history: History) -> None:
    """One button beside the drawing of the network: pause the run, or take its next step."""
    if history.state == "running":
        _pause(history, "network-pause")
    elif history.state == "paused":
        _step(history, "network-step")


def _pause(history: History, key: str) -> None:
    text = _("Waits after the step under way; then single steps can be taken.")
    _button(_("Pause"), key, ":material/pause:", history, Pause(), text)


def _step(history: History, key: str) -> None:
    text = _("One more step.")
    _button(_("Next step"), key, ":material/skip_next:", history, RunSteps(), text)


def pending(history: History) -> None:
    """Offer to apply what this person changed in the sidebar; say what cannot be applied.

    Settings that a person did not touch while this run was shown are no wish of theirs. A run that
    waits or starts is not asked: it does not train yet.
    """
    slot = st.container()  # always there: what follows keeps its position, and the chart lives
    if history.state not in ("running", "paused") or history.started is None:
        return
    now, values = history.config, session.values()
    changes = pending_changes(now, values, session.touched())
    fixed = fixed_changes(now, values, session.touched())
    if not changes and not fixed:
        return
    with slot.container(border=True, key="pending"):
        if changes:
            _offer(history, now, changes)
        if history.refused is not None and dict(history.refused.changes) == changes:
            reason = as_markdown(settings_sentence(history.refused.as_error()))
            st.error(
                _("The run keeps its settings. {reason}", reason=reason), icon=":material/error:"
            )
        if fixed:
            words = as_markdown(change_words(now, fixed))
            text = _("{changes}: fixed while this run trains; a new run has it.", changes=words)
            st.caption(text)


def _offer(history: History, now: RunConfig, changes: Mapping[str, Value]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(as_markdown(change_words(now, changes)), width="content")
        st.space("stretch")
        st.button(
            _("Discard changes"),
            key="take-back",
            type="tertiary",
            help=_("Puts the run's settings back into the sidebar."),
            on_click=session.put_back,
            args=(now,),
        )
        st.button(
            _("Apply to the running model"),
            key="apply",
            icon=":material/tune:",
            help=_("The next step uses them; the chart marks the step."),
            on_click=_apply,
            args=(history,),
        )


def answer_due(history: History) -> bool:
    """Whether this session has just sent the run a command that it has not answered yet."""
    sent = st.session_state.get(_SENT)
    if sent is None:
        return False
    run, before, when = sent
    unchanged = (run, before) == (history.folder.id, _answer(history))
    return unchanged and time.monotonic() - when < _PATIENCE


def _answer(history: History) -> tuple[Any, ...]:
    """What changes when a run has answered."""
    return history.state, len(history.edits), history.refused


def _button(label: str, key: str, icon: str, history: History, command: Command, help: str) -> None:
    args = (history, command, history.step)
    st.button(label, key=key, icon=icon, on_click=_send, args=args, help=help)


def _send(history: History, command: Command, at: int | None = None) -> None:
    """Send the run a command; an answer that comes at once is there when the page is drawn.

    Single steps count from the step that was on the page: a click that arrives twice counts once.
    """
    history = history_of(history.folder)
    if isinstance(command, RunSteps | RunEpoch) and history.step != at:
        return
    before = _answer(history)
    with problems.caught():
        if Request(history.folder, command).wait(_AT_ONCE) is None:
            st.session_state[_SENT] = (history.folder.id, before, time.monotonic())


def _apply(history: History) -> None:
    """Send the run what the sidebar changes at the click."""
    history = history_of(history.folder)
    values, touched = session.values(), session.touched()
    if refused := sorted(touched & set(check(values).errors)):
        problems.report(
            SettingsError(
                "The run keeps its settings: {names} cannot be used as it stands in the sidebar.",
                names=listed(map(setting_label, refused)),
            )
        )
    elif changes := pending_changes(history.config, values, touched):
        edits = len(history.edits)
        if history.state not in ENDED:
            _send(history, Edit(changes=changes))
        now = history_of(history.folder)
        if now.state in ENDED and len(now.edits) == edits:
            problems.report(
                RunError(
                    "The run ended before the change reached it: train more epochs with it, or "
                    "branch off."
                )
            )
