"""Errors on the page: a sentence in place, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.errors import FragmentHandledException

from mlcore.errors import MlcoreError

__all__ = ["friendly_errors"]

_LOG = logging.getLogger("dashboard")


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
        st.error(str(error), icon=":material/error:")
    except FragmentHandledException:
        raise
    except Exception:  # noqa: BLE001  the last net under every page
        _LOG.exception("a page failed")
        st.error(
            "Something unforeseen went wrong on this page; running runs are not touched. "
            "The terminal that started the app shows the details; reload the page to go on.",
            icon=":material/error:",
        )
