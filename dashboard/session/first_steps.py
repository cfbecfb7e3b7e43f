"""What this session has done of the first steps."""

from __future__ import annotations

import time

import streamlit as st

from dashboard.words.first_steps import STEPS

__all__ = ["again", "begin_again", "done", "news", "note"]

_DONE, _AGAIN, _NEWS = "first-steps-done", "first-steps-serial", "first-steps-news"


def note(step: str) -> None:
    """A step was really done: the data were seen, a run was started, a digit drawn."""
    if step not in STEPS:
        raise KeyError(step)
    held = st.session_state.setdefault(_DONE, {})
    if step not in held:
        held[step] = st.session_state[_NEWS] = True


def news() -> bool:
    """Whether a step was done since this was asked last."""
    return bool(st.session_state.pop(_NEWS, False))


def done() -> list[str]:
    """The steps that were done, in the order of the way."""
    held = st.session_state.get(_DONE, {})
    return [step for step in STEPS if step in held]


def begin_again() -> None:
    """Show the first steps once more, none of them done."""
    st.session_state[_DONE] = {}
    st.session_state[_AGAIN] = max(again() + 1, time.time_ns() // 1_000_000)


def again() -> int:
    """When they were asked for once more, in ms; 0: not yet.

    The browser compares it with what it kept of earlier sessions, so it never falls back.
    """
    return int(st.session_state.get(_AGAIN, 0))
