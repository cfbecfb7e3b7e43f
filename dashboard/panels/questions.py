"""A question with its answer, and the link to where it is seen."""

from __future__ import annotations

import streamlit as st

from dashboard.panels.links import link
from dashboard.words.questions import Question
from dashboard.words.translation import translated

__all__ = ["question"]


def question(number: int, asked: Question) -> None:
    """Draw it as a card.

    Args:
        number: of the question on its page.
        asked: the question.
    """
    with st.container(border=True, key=f"question-{number}", gap="xsmall", height="stretch"):
        st.markdown(f"**{translated(asked.text)}**")
        st.markdown(translated(asked.answer))
        link(
            translated(asked.link),
            key=f"answer-{number}",
            page=asked.page,
            places_there=asked.places,
            shows=asked.shows,
        )
