"""What pages lack for keyboards and readers of the screen, mended from outside.

Streamlit gives its charts no role, some of its menus no name, and when a button vanishes that was
just pressed, the focus falls to the body, so that a person on a keyboard starts from the top again.
Its own words on buttons and fields are English in every language.
One small script on every page mends that. (No upstream issue asks for the focus;
streamlit/streamlit#5810 collects the rest.)
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.script import lean
from dashboard.words.translation import _, language

__all__ = ["mend_page", "only_read"]


def mend_page(scheme: str, reveal: tuple[str, int] = ("", 0)) -> None:
    """Mount the script; the last thing that a page draws, as the first component is slow.

    Args:
        scheme: "light" or "dark", for which the page is drawn: where the browser's theme becomes
            the other one, it is drawn anew, as the colours of charts are chosen here.
        reveal: key of the element to bring into sight, and the number of this request.
    """
    texts = {
        "language": language(),
        "chart": _("Chart: {title}", title="{title}"),
        "over": _("Over the page"),
        "names": {"run-menu": _("Run menu")},
        "upload": _("Upload"),
        "limit": _("{size} MB per file", size="{size}"),
        "skip": _("Skip to main content"),
        "help": _("Help for {name}", name="{name}"),
        "reveal": list(reveal),
        "scheme": scheme,
    }
    with st.container(key="reading"):
        _component()(key="reading-script", data=texts, height=1, on_redraw_change=lambda: None)


def only_read(text: str, tag: str = "p") -> None:
    """A text that is not seen, for those who have the page read to them.

    Args:
        text: it, plain.
        tag: of the element: "p", or a heading.
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    st.html(f'<{tag} class="only-read">{escaped}</{tag}>')


@functools.cache
def _component() -> Any:
    script = lean(Path(__file__).with_suffix(".js"))
    return st.components.v2.component("reading", js=script, isolate_styles=False)
