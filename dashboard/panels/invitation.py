"""What the other pages show before the first run; the Train page has `dashboard.panels.start`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.words.translation import _

__all__ = ["no_files_yet", "train_first"]

_WIDTH = 560  # pixels of the text


def train_first(why: str) -> None:
    """On another page: that a model has to be trained first, with a link to Train.

    Args:
        why: a sentence on what the page will show then.
    """
    with _nothing_yet():
        st.markdown(why, width=_WIDTH, text_alignment="center")
        _to_train()


def no_files_yet() -> None:
    """The same in a line, on a page that has more below."""
    with st.container(border=True, key="no-files", horizontal_alignment="center"):
        st.markdown(_("Nothing is trained yet, so there is nothing to download."), width="content")
        _to_train()


@contextmanager
def _nothing_yet() -> Iterator[None]:
    with st.container(border=True, key="invitation", horizontal_alignment="center"):
        title = _("Nothing is trained yet")
        st.markdown(f"## {title}", width="content", text_alignment="center")
        yield


def _to_train() -> None:
    st.page_link("app_pages/train.py", label=_("Go to Train"), icon=":material/play_circle:")
