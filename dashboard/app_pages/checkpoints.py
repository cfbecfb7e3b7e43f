"""Checkpoints: take models out of the app, and bring them in."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.panels import upload
from dashboard.panels.checkpoint_choice import pick_run, rows_of
from dashboard.panels.checkpoint_list import checkpoint_list


def page() -> None:
    """The whole page."""
    st.title("Checkpoints", anchor=False)
    st.subheader("Take a model out", anchor=False)
    _of_a_run()
    st.subheader("Bring a model in", anchor=False)
    upload.uploader()
    held = session.upload()
    if held is not None:
        upload.inspected(held)


def _of_a_run() -> None:
    run = pick_run()
    if run is None:
        with st.container(border=True, key="invitation", horizontal_alignment="center"):
            st.markdown("Nothing is trained yet, so there is nothing to download.", width="content")
            st.page_link("app_pages/train.py", label="Go to Train", icon=":material/play_circle:")
        return
    rows = rows_of(run)
    if not rows:
        st.info(
            "This run has no checkpoint yet: one is written at the end of an epoch, and when the "
            "run is stopped.",
            icon=":material/hourglass_top:",
        )
        return
    checkpoint_list(run, rows)


page()
