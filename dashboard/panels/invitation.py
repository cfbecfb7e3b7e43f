"""What the pages show before the first run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.words.choices import choice_name
from dashboard.words.translation import _, ngettext
from mlcore.config import RunConfig
from mlcore.data import CATALOG

__all__ = ["no_files_yet", "press_train", "train_first"]

_WIDTH = 560  # pixels of the text


def press_train(config: RunConfig | None) -> None:
    """On the Train page: what pressing Train will do."""
    config = config or RunConfig()
    family = CATALOG[config.data.name]
    images = min(config.data.train_limit or family.train_images, family.train_images)
    with _nothing_yet():
        text = ngettext(
            "Press **Train**: a small neural network learns from {images:,} images of {data} for "
            "{n} epoch, with the settings on the left. Its loss is drawn here while it trains, and "
            "the model is saved when it ends or when you stop it.",
            "Press **Train**: a small neural network learns from {images:,} images of {data} for "
            "{n:,} epochs, with the settings on the left. Its loss is drawn here while it trains, "
            "and the model is saved when it ends or when you stop it.",
            config.train.epochs,
            images=max(0, images - config.data.validation),
            data=choice_name(family.name),
        )
        st.markdown(text, width=_WIDTH, text_alignment="center")


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
