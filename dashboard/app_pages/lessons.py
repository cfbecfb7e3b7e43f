"""Break it: common mistakes, each run wrong and right side by side."""

from __future__ import annotations

import streamlit as st

from dashboard.panels.lesson_parts.choice import choose_lesson
from dashboard.panels.lesson_parts.code import both_codes
from dashboard.panels.lesson_parts.watch import run_and_watch, titled
from dashboard.panels.styles import styles
from dashboard.words.translation import _, translated


def page() -> None:
    """The whole page."""
    styles("lessons")
    st.title(_("Break it"), anchor=False)
    st.caption(
        _(
            "Mistakes that everybody makes once: each is really made here, beside the right way, "
            "with everything else the same."
        )
    )
    lesson = choose_lesson()
    with st.container(key="lesson-head"):
        st.header(translated(lesson.title), anchor=False)
        st.markdown(translated(lesson.question))
    run_and_watch(lesson)
    titled(_("Why"), translated(lesson.why))
    both_codes(lesson)
    titled(_("In your own code"), translated(lesson.check))


page()
