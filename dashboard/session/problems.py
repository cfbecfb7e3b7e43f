"""Why the last click could not be done.

It is said until another click tries something, or the page is left: a page that draws itself
anew, because a run went on or the device list has come, must not take the sentence away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.words.wording import as_markdown
from mlcore.errors import MlcoreError

__all__ = ["enter", "problem", "say", "tried"]

_SENTENCE, _PAGE = "problem", "problem-page"


@contextmanager
def tried() -> Iterator[None]:
    """Do what a click asks for; an `MlcoreError` is kept for `problem`.

    Callbacks run before the page is drawn, so they cannot draw it themselves.
    """
    say("")
    try:
        yield
    except MlcoreError as error:
        say(str(error))


def say(sentence: str) -> None:
    """Keep this sentence for `problem`, in place of the one before; an empty one says nothing."""
    st.session_state[_SENTENCE] = sentence


def problem() -> None:
    """Draw what is to be said, if anything is."""
    place = st.empty()  # always there, so that what follows keeps its place
    if sentence := st.session_state.get(_SENTENCE):
        place.error(as_markdown(sentence), icon=":material/error:")


def enter(page: str) -> None:
    """A page is about to be drawn; what was said on another is forgotten."""
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        say("")
