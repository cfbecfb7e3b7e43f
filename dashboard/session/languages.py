"""The language of this session's pages.

At first it is that of the address, or else the first one of the browser's that the page has. From
then on a person chooses; what was chosen stands in the address, so that a link carries it.
"""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.words.translation import SOURCE, offered

__all__ = ["LANGUAGE_PARAMETER", "choose_language", "chosen_language", "language"]

LANGUAGE_PARAMETER = "lang"
"""The query parameter of the address that names the language."""

_LANGUAGE, _CHOSEN = "language", "language-chosen"


def language() -> str:
    """The language of the texts on the page; English outside a session, as in a server's log."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return SOURCE
    held = st.session_state.get(_LANGUAGE)
    return str(held) if held else _at_first()


def choose_language(language: str) -> None:
    """Draw the pages in this language from now on."""
    st.session_state[_LANGUAGE] = language
    st.session_state[_CHOSEN] = True


def chosen_language() -> str | None:
    """The language if a person chose it, or the link that led here; the address names it."""
    return language() if st.session_state.get(_CHOSEN) else None


def _at_first() -> str:
    linked = offered(st.query_params.get_all(LANGUAGE_PARAMETER))
    if linked:
        choose_language(linked)
    else:
        st.session_state[_LANGUAGE] = offered(_of_browser()) or SOURCE
    return str(st.session_state[_LANGUAGE])


def _of_browser() -> Iterator[str]:
    """The languages that the browser asks for, the most wanted one first."""
    yield st.context.locale or ""
    for part in st.context.headers.get("Accept-Language", "").split(","):
        yield part.partition(";")[0]
