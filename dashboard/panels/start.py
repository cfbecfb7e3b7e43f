"""The Train page before the first run: what there is to learn, where it begins, and the button."""

from __future__ import annotations

import math

import streamlit as st

from dashboard import session
from dashboard.charts.examples import examples_html, examples_info
from dashboard.panels.actions import train_button
from dashboard.server import data_sets
from dashboard.words.choices import choice_name
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import figure, percent
from mlcore.config import RunConfig, data_root
from mlcore.data import CATALOG
from mlcore.export import Recipe
from mlcore.runs.active.queue_snapshot import QueueSnapshot

__all__ = ["start_page"]


def start_page(queue: QueueSnapshot) -> None:
    """An invitation to train with the settings of the sidebar.

    Args:
        queue: what trains and what waits.
    """
    config = session.data_config()
    classes = CATALOG[config.data.name].classes
    with st.container(border=True, key="start"):
        title = ngettext(
            "Teach a network to tell this {n} class apart",
            "Teach a network to tell these {n} classes apart",
            len(classes),
        )
        st.markdown(f"## {title}", text_alignment="center")
        _images(config)
        st.markdown(_what_train_does(config), text_alignment="center")
        with st.container(horizontal=True, key="start-figures"):
            _expected(len(classes))
        with st.container(horizontal_alignment="center"):
            train_button(queue, key="start-train")


def _images(config: RunConfig) -> None:
    """One of each class; where they are still being fetched, the room that they will take."""
    family = CATALOG[config.data.name]
    if not data_sets.usable(config.data):
        st.html(examples_html(family.classes))
        return
    data = data_sets.images(family.name, data_root(config.data))
    found = examples_info(data.train.labels, data.classes)
    st.html(examples_html(data.classes, found, data.train.images))


def _what_train_does(config: RunConfig) -> str:
    return ngettext(
        "Press **Train**: a small neural network learns from {images:,} images of {data} for "
        "{n} epoch, with the settings of the sidebar. Its loss is drawn here while it trains, and "
        "the model is saved when it ends or when you stop it.",
        "Press **Train**: a small neural network learns from {images:,} images of {data} for "
        "{n:,} epochs, with the settings of the sidebar. Its loss is drawn here while it trains, "
        "and the model is saved when it ends or when you stop it.",
        config.train.epochs,
        images=max(0, Recipe(config=config).train_images),
        data=choice_name(config.data.name),
    )


def _expected(classes: int) -> None:
    """Where an untrained network stands: it guesses."""
    st.metric(
        _("Loss at the start"),
        f"≈ {figure(math.log(classes), 3)}",
        _("ln {classes}", classes=classes),
        delta_color="off",
        delta_arrow="off",
        help=_(
            "An untrained network gives each of the {classes} classes a probability of about "
            "1/{classes}, and the loss of an image is −ln of the probability of its true class. "
            "Training is to bring it down from there.",
            classes=classes,
        ),
    )
    st.metric(
        _("Accuracy at the start"),
        f"≈ {percent(1 / classes, 0 if 100 % classes == 0 else 1)}",
        _("1 of {classes}", classes=classes),
        delta_color="off",
        delta_arrow="off",
        help=_(
            "Whoever guesses among {classes} classes is right once in {classes} times. What is "
            "above that, the network has learned.",
            classes=classes,
        ),
    )
