"""A click on a point of a chart opens the run that it stands for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import server, session
from dashboard.words.translation import _

__all__ = ["note_click", "open_clicked"]

_CLICKED = "chart-clicked"


def open_clicked() -> None:
    """Go to the run whose point was clicked, if one was; before the chart is drawn again.

    The run of a deleted trial is gone, and that of another machine lies there.
    """
    opened = st.session_state.pop(_CLICKED, None)
    if opened is None:
        return
    if all(info.id != opened for info in server.store().list()):
        st.info(_("The run {run} is not in the folder of this server.", run=opened))
        return
    session.set_current_run(opened)
    st.switch_page("app_pages/run.py", query_params={"run": opened})


def note_click(key: str) -> Callable[[], None]:
    """What a chart of this key does at a click: its points carry the ids of their runs."""

    def note() -> None:
        points = st.session_state[key].selection.points
        if points:
            st.session_state[_CLICKED] = str(points[0]["customdata"][0])

    return note
