"""Checkpoints: download the models of a run, upload others."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.panels import invitation, sharing, upload
from dashboard.panels.checkpoint_choice import choose_source, no_checkpoint_yet, rows_of
from dashboard.panels.checkpoint_list import checkpoint_list
from dashboard.panels.follow import follow
from dashboard.panels.how.pages import on_checkpoints_page
from dashboard.words.translation import _
from mlcore.runs import RunInfo


def page() -> None:
    """The whole page."""
    st.title(_("Checkpoints"), anchor=False)
    st.header(_("Download a model"), anchor=False)
    run = choose_source()
    _models(run)
    on_checkpoints_page(run.config if run else session.data_config())
    st.header(_("Upload a model"), anchor=False)
    upload.uploader()
    held = session.upload()
    if held is not None:
        upload.inspected(held)
    st.header(_("Share a run"), anchor=False)
    with st.container(horizontal=True, key="share"):
        if run is not None and run.state != "queued":
            sharing.pack_run(run)
        sharing.bring_in()
    sharing.brought_in()


def _models(run: RunInfo | None) -> None:
    follow(run)
    if run is None:
        invitation.no_files_yet()
    elif rows := rows_of(run):
        checkpoint_list(run, rows)
    else:
        no_checkpoint_yet()


page()
