"""What the other pages show before the first run; the Train page has `dashboard.panels.start`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import session
from dashboard.panels.actions import accept_clicks, start_run
from dashboard.server.data_sets import usable
from dashboard.words.choices import choice_name
from dashboard.words.translation import _, ngettext
from mlcore.config import RunConfig
from mlcore.presets import PRESETS, SPARE_PRESET

__all__ = ["no_files_yet", "train_first"]

_WIDTH = 560  # pixels of the text


def train_first(why: str) -> None:
    """On another page: that a model has to be trained first, with a button that does it here.

    The page stays where it is, and shows what was come for as soon as there is a checkpoint.

    Args:
        why: a sentence on what the page will show then.
    """
    with _nothing_yet():
        st.markdown(why, width=_WIDTH, text_alignment="center")
        _train_here()
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


def _train_here() -> None:
    """Starts a run with the settings of the sidebar, or one that needs no network."""
    accept_clicks()  # the run of the click before may have been deleted since
    config = _trainable()
    st.button(
        _("Train a model now"),
        key="train-here",
        type="primary",
        icon=":material/play_arrow:",
        help=ngettext(
            "{data}, {n} epoch.",
            "{data}, {n:,} epochs.",
            config.train.epochs,
            data=choice_name(config.data.name),
        ),
        on_click=_train,
    )


def _train() -> None:
    """Start it with the settings as they are at the click."""
    start_run(_trainable())


def _trainable() -> RunConfig:
    config = session.config()
    if config is not None and usable(config.data):
        return config
    return PRESETS[SPARE_PRESET]


def _to_train() -> None:
    st.page_link("app_pages/train.py", label=_("Go to Train"), icon=":material/play_circle:")
