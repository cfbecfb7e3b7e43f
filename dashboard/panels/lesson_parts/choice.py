"""Which lesson is shown: real links, so that one can be copied, sent and opened in another tab."""

from __future__ import annotations

import html

import streamlit as st

from dashboard.components.place_links import follow_links
from dashboard.session import places
from dashboard.words.translation import _, translated
from mlcore.lessons import LESSONS, Lesson

__all__ = ["PARAMETER", "choose_lesson", "link_to"]

PARAMETER = "lesson"
"""The parameter of the address that names the lesson."""


def choose_lesson() -> Lesson:
    """Draw the list; gives the lesson that the address or a click names, else the first."""
    named = places.place(PARAMETER)
    chosen = named if named is not None and named in LESSONS else next(iter(LESSONS))
    places.write_in_address({PARAMETER: chosen})
    items = "".join(_item(lesson, chosen=lesson.name == chosen) for lesson in LESSONS.values())
    label = html.escape(_("Experiments"))
    st.html(f'<nav class="lessons" aria-label="{label}"><ul>{items}</ul></nav>')
    if named not in (None, chosen):
        st.caption(_("The address names an experiment that there is not: this is the first one."))
    follow_links(places.go_to, (PARAMETER,))
    return LESSONS[chosen]


def _item(lesson: Lesson, *, chosen: bool) -> str:
    place = f"{PARAMETER}={lesson.name}"
    address = html.escape(places.page_address("lessons", **{PARAMETER: lesson.name}))
    current = ' aria-current="page"' if chosen else ""
    title = html.escape(translated(lesson.title))
    return f'<li><a href="{address}" data-place="{place}"{current}>{title}</a></li>'


def link_to(lesson: Lesson) -> None:
    """A button that opens the address of a lesson, to be copied."""
    words = _("This address opens this experiment, also for others who reach this server.")
    with st.popover(_("Link"), icon=":material/link:", key="lesson-link", help=words):
        st.caption(words)
        address = st.context.url or "lessons"
        st.code(f"{address}?{PARAMETER}={lesson.name}", language=None, wrap_lines=True)
