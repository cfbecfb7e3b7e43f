"""Which test image a part of the Test page is about: the address says so."""

from __future__ import annotations

import streamlit as st

from dashboard.session import places
from dashboard.words.choices import choice_name
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown

__all__ = ["IMAGE", "image_in_address"]

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
