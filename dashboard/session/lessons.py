"""Which run of a lesson this session shows."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

__all__ = ["ShownRun", "next_seed", "show_run", "shown_run"]

_SHOWN = "lesson-runs"


class ShownRun(NamedTuple):
    """A run of a lesson.

    Attributes:
        seed: of its random numbers.
        number: the server's, which tells it from others with the same seed.
    """

    seed: int
    number: int


def shown_run(lesson: str) -> ShownRun | None:
    """The run that is shown; None where this session has not run the lesson."""
    held: dict[str, ShownRun] = st.session_state.get(_SHOWN, {})
    return held.get(lesson)


def show_run(lesson: str, run: ShownRun) -> None:
    """Show this one from now on."""
    st.session_state.setdefault(_SHOWN, {})[lesson] = run


def next_seed(lesson: str) -> int:
    """Of the next run: 1 at first, then 2, 3 and so on."""
    held = shown_run(lesson)
    return 1 if held is None else held.seed + 1
