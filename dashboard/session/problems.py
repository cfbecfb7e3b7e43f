"""What went wrong, on the page: a sentence in place, never a traceback.

Why the last click could not be done is shown until another click tries something, or the page is
left: a page that is drawn again, because a run made progress or the list of devices arrived, must
not remove the sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from streamlit.errors import FragmentHandledException

from dashboard.session.settings import forget_notes
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown
from mlcore.errors import MlcoreError

__all__ = ["caught", "clear", "enter", "friendly_errors", "report", "show"]

Origin = Literal["click", "address"]
"""What went wrong: what a person has just done, or where a link leads."""

_LOG = logging.getLogger("dashboard")
_PROBLEM, _ORIGIN, _PAGE = "problem", "problem-origin", "problem-page"
_ICON = ":material/error:"


@contextmanager
def friendly_errors() -> Iterator[None]:
    """Show what goes wrong inside as one sentence; also a decorator, for fragments and dialogs.

    An `MlcoreError` shows its own sentence. Anything else is unforeseen: the page says so, and
    the server's log gets the traceback. Streamlit's own stop and re-run pass through, since they
    are no `Exception`s.
    """
    try:
        yield
    except MlcoreError as error:
        st.error(sentence(error), icon=_ICON)
    except FragmentHandledException:
        raise
    except Exception:  # noqa: BLE001  the last net under every page
        _LOG.exception("a page failed")
        st.error(
            _(
                "Something unforeseen went wrong on this page; runs are not affected. The "
                "terminal that started the app shows the details; reload the page to continue."
            ),
            icon=_ICON,
        )


@contextmanager
def caught() -> Iterator[None]:
    """Do what a click asks for; an `MlcoreError` is kept for `show`.

    Callbacks run before the page is drawn, so they cannot draw it themselves.
    """
    clear()
    try:
        yield
    except MlcoreError as error:
        report(error)


def report(problem: MlcoreError, origin: Origin = "click") -> None:
    """Keep this error for `show`, in place of the one before."""
    st.session_state[_PROBLEM], st.session_state[_ORIGIN] = problem, origin


def clear() -> None:
    """Forget the error that was kept."""
    st.session_state[_PROBLEM] = None


def show(only: Origin | None = None) -> None:
    """Draw the error that was kept, if there is one, until it is closed.

    Args:
        only: leaves out what came from elsewhere; a page that shows them apart calls it twice.
    """
    slot = st.container()  # always there, so that what follows keeps its position
    problem = st.session_state.get(_PROBLEM)
    if problem is None or only not in (None, st.session_state.get(_ORIGIN)):
        return
    with slot.container(horizontal=True, vertical_alignment="center", gap="small", key="problem"):
        st.error(as_markdown(sentence(problem)), icon=_ICON, width="stretch")
        st.button(_("Close"), key="close-problem", type="tertiary", on_click=clear)


def enter(page: str) -> None:
    """A page is about to be drawn: forget what went wrong on another, and what a link left out."""
    before = st.session_state.get(_PAGE)
    if before != page:
        st.session_state[_PAGE] = page
        clear()
        if before is not None:
            forget_notes()
