"""The training images that are nearest to one in the last hidden layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.charts.close_up import neighbours_html
from dashboard.panels.downloads import picture
from dashboard.words.translation import _
from mlcore.data import RawData

__all__ = ["nearest"]


def nearest(told: Mapping[str, Any], data: RawData, file: str) -> None:
    """Draw them with their labels and distances.

    Args:
        told: "neighbours" and "looked_through", as the job gives them.
        data: the data set that was looked through.
        file: what downloads are called, without their ending.
    """
    title = _("Nearest training images")
    st.header(title, anchor=False)
    picture(
        neighbours_html(told["neighbours"], data.train.images, data.classes, session.colours()),
        key="nearest",
        title=title,
        file=f"{file}-nearest",
    )
    count = told["looked_through"]
    where = _("in the last hidden layer") if told["hidden"] else _("of their normalised pixels")
    of = _("all {count:,} training images", count=count)
    if count < len(data.train):
        of = _("the first {count:,} training images, for which there is room", count=count)
    st.caption(
        _("By Euclidean distance {where}, of {of}; the number is the distance.", where=where, of=of)
    )
