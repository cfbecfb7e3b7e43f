"""The choice of the page's language, each language under the name it has for itself."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.gaps.widgets import show
from dashboard.words.translation import _, languages, name_of

__all__ = ["language_choice"]


def language_choice() -> None:
    """Draw it; nothing where there is only one language."""
    known = languages()
    if len(known) < 2:
        return
    current = session.language()
    shown = show("language-buttons", current, session.choose_language)
    with st.container(key="language-choice"):
        st.segmented_control(
            _("Language"),
            known,
            default=current if current in known else None,
            format_func=name_of,
            required=True,
            key=shown.key,
            label_visibility="collapsed",
        )
