"""With which random numbers this session has run a lesson last."""

from __future__ import annotations

import streamlit as st

__all__ = ["next_seed", "seed_of"]

_SEEDS = "lesson-seeds"


def seed_of(lesson: str) -> int | None:
    """The seed of the run that is shown; None where this session has not run the lesson."""
    held: dict[str, int] = st.session_state.get(_SEEDS, {})
    return held.get(lesson)


def next_seed(lesson: str) -> int:
    """Another seed, which is shown from now on: 1 at first, then 2, 3 and so on."""
    held: dict[str, int] = st.session_state.setdefault(_SEEDS, {})
    held[lesson] = held.get(lesson, 0) + 1
    return held[lesson]
