"""The first steps as one line in the free strip at the top of a page; it moves nothing.

Which steps were done, and that the line was closed, the browser keeps (`localStorage`): nobody is
led twice. (Waits for streamlit/streamlit#5105, which asks for the browser's storage.)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.script import lean
from dashboard.words.first_steps import STEPS
from dashboard.words.translation import _, translated

__all__ = ["first_steps_line"]

_KEY = "first-steps-line"


def first_steps_line(
    page: str, done: list[str], again: int, on_step: Callable[[str], None]
) -> None:
    """Draw the line; nothing where this browser has closed it.

    Args:
        page: the page that is shown.
        done: steps that the session has done.
        again: a larger number than this browser has seen shows the line again, from the beginning.
        on_step: called with the name of a step that was clicked.
    """
    data = {
        "page": page,
        "done": done,
        "again": again,
        "steps": [
            {"name": name, "title": translated(step.title), "text": translated(step.sentence)}
            for name, step in STEPS.items()
        ],
        "label": _("First steps"),
        "close": _("Hide the first steps"),
        "finished": _("You have gone the whole way, to a digit of your own."),
        "ticked": _("{step}: done", step="{step}"),
    }

    def clicked() -> None:
        state = st.session_state.get(_KEY)
        step = state.get("step") if isinstance(state, Mapping) else None
        if isinstance(step, str) and step in STEPS:
            on_step(step)

    _component()(key=_KEY, data=data, on_step_change=clicked)


@functools.cache
def _component() -> Any:
    here = Path(__file__)
    style = here.with_suffix(".css").read_text(encoding="utf-8")
    return st.components.v2.component("first_steps", css=style, js=lean(here.with_suffix(".js")))
