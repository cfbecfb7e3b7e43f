"""Which test image a part of the Test page is about: the address says so."""

from __future__ import annotations

import streamlit as st

from dashboard.controls.numbers import NumberField, forget
from dashboard.session import places
from dashboard.words.choices import choice_name
from dashboard.words.translation import N_, _
from dashboard.words.wording import as_markdown
from mlcore.rules import Rule

__all__ = ["IMAGE", "image_field", "image_in_address"]

IMAGE = "image"
"""The parameter of the address."""

_DIGITS = 9  # of a number that could be meant


def image_in_address(data: str, count: int, usual: int) -> int:
    """The image that the address names; the usual one where it names none, or, said, none there.

    Args:
        data: name of the data set.
        count: of its test images.
        usual: the image to show else.
    """
    text = places.place(IMAGE)
    if text is None:
        return usual
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) < count:
        return int(text)
    st.error(
        _(
            "There is no test image {text}: {data} has images 0 to {last:,}.",
            text=as_markdown(text[:40]),
            data=as_markdown(choice_name(data)),
            last=count - 1,
        ),
        icon=":material/error:",
    )
    return usual


def image_field(name: str, data: str, count: int) -> int:
    """The field for the image that a part is about, at first image 0; the address names it.

    Args:
        name: of the field.
        data: name of the data set.
        count: of its test images.
    """

    def go_to(index: int) -> None:
        forget(name)
        places.go_to(**{IMAGE: str(index)})

    index = image_in_address(data, count, 0)
    rule = Rule(N_("which image"), label=N_("Test image"), low=0, high=count - 1)
    NumberField(name, _("Test image"), index, rule).draw(
        go_to, width=140, help=_("The number of an image of the test set, from 0.")
    )
    return index
