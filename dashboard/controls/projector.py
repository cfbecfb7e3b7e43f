"""The switch for a projector, beside the choice of the language."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.words.translation import _

__all__ = ["projector_switch"]


def projector_switch() -> None:
    """Draw it; the address keeps what it is at."""
    with st.container(key="projector-switch"):
        st.button(
            _("Projector"),
            key="projector",
            icon=":material/co_present:",
            type="primary" if session.projector() else "secondary",
            help=_(
                "Large type and high contrast, to be read from the last row. "
                "A link to the page keeps it."
            ),
            on_click=session.switch_projector,
        )
