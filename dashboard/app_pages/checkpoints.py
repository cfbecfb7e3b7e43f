"""Checkpoints: download the models of a run, upload others."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.panels import invitation, upload
from dashboard.panels.checkpoint_choice import choose_source, no_checkpoint_yet, rows_of
from dashboard.panels.checkpoint_list import checkpoint_list
from dashboard.panels.follow import follow
from dashboard.words.translation import _


def page() -> None:
    """The whole page."""
    st.title(_("Checkpoints"), anchor=False)
    st.header(_("Download a model"), anchor=False)
    _of_a_run()
    st.header(_("Upload a model"), anchor=False)
    upload.uploader()
    held = session.upload()
    if held is not None:
        upload.inspected(held)


def _of_a_run() -> None:
    run = choose_source()
    follow(run)
    if run is None:
        invitation.no_files_yet()
    elif rows := rows_of(run):
        checkpoint_list(run, rows)
    else:
        no_checkpoint_yet()


page()
