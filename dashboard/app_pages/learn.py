"""Questions: what people ask after a quick start, answered, with the way to where it is seen."""

from __future__ import annotations

import streamlit as st

from dashboard.panels.questions import question
from dashboard.session import first_steps
from dashboard.words.questions import GROUPS, QUESTIONS
from dashboard.words.translation import _, translated


def page() -> None:
    """The whole page."""
    st.title(_("Questions"), anchor=False)
    st.caption(
        _("What people ask after their first training. Each answer leads to where it can be seen.")
    )
    with st.container(key="questions"):
        for group, title in GROUPS.items():
            st.header(translated(title), anchor=False)
            with st.container(key=f"questions-{group}"):
                for number, one in enumerate(QUESTIONS):
                    if one.group == group:
                        question(number, one)
    st.button(
        _("Show the first steps again"),
        key="first-steps-again",
        icon=":material/replay:",
        help=_("The line at the top that leads from the data to a digit of your own."),
        on_click=first_steps.begin_again,
    )


page()
