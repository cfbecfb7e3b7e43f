"""Which test image the drawing of a network is about: by number, at random, the next of a class."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import session
from dashboard.controls.numbers import NumberField, forget
from dashboard.gaps.widgets import show
from dashboard.server import data_sets
from dashboard.session import problems
from dashboard.words.translation import N_, _
from mlcore.config import DataConfig, data_root
from mlcore.data import CATALOG
from mlcore.rules import Rule

__all__ = ["choose_image"]

_CHOSEN, _FIELD, _ANY = "network-image", "network-image-field", -1


def choose_image(data: DataConfig) -> int:
    """The row of controls that choose it; the session keeps the choice, also from page to page.

    Args:
        data: the data set; its images are read only for the next one of a class.
    """
    family = CATALOG[data.name]
    count = family.test_images
    held = int(st.session_state.get(_CHOSEN, 0))
    image = held if held < count else 0
    rule = Rule(N_("which image"), label=N_("Test image"), low=0, high=count - 1)
    NumberField(_FIELD, _("Test image"), image, rule).draw(
        _choose, width=100, help=_("The number of the test image that goes through the network.")
    )
    st.button(
        _("Next"),
        key="network-next",
        icon=":material/chevron_right:",
        on_click=_choose,
        args=((image + 1) % count,),
        help=_("The next test image."),
    )
    st.button(
        _("Another"),
        key="network-random",
        icon=":material/shuffle:",
        on_click=_another,
        args=(count,),
        help=_("A test image at random."),
    )
    widget = show("network-class", _ANY, lambda number: _next_of(data, image, number))
    st.selectbox(
        _("Next of class"),
        [_ANY, *range(len(family.classes))],
        format_func=lambda number: "–" if number == _ANY else family.classes[number],
        key=widget.key,
        width=110,
        help=_("Goes on to the next test image of this class."),
    )
    return image


def _choose(image: int) -> None:
    forget(_FIELD)
    st.session_state[_CHOSEN] = image


def _another(count: int) -> None:
    session.draw_again("network")
    rng = np.random.default_rng(session.draw_number("network"))
    _choose(int(rng.integers(count)))


def _next_of(data: DataConfig, image: int, wanted: int) -> None:
    """The next test image of a class after this one, from the beginning again after the last."""
    if wanted == _ANY:
        return
    with problems.caught():  # the images of a run's data set may be gone
        labels = data_sets.images(data.name, data_root(data)).test.labels
        found = np.flatnonzero(labels == wanted)
        if len(found):
            later = found[found > image]
            _choose(int(later[0] if len(later) else found[0]))
