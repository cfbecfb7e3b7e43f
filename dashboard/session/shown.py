"""What the pages show: a run, one of its checkpoints, or an uploaded file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.session.settings import forget_touched

if TYPE_CHECKING:
    from dashboard.session.uploads import Upload

__all__ = [
    "RUN_PARAMETER",
    "choose_checkpoint",
    "choose_upload",
    "chosen_checkpoint",
    "current_run",
    "keep_upload",
    "set_current_run",
    "upload",
    "upload_chosen",
]

RUN_PARAMETER = "run"
"""The query parameter of the address that names the run."""

_RUN = "run"
_UPLOAD, _UPLOAD_CHOSEN, _FILES = "upload", "upload-chosen", "checkpoint-files"


def current_run() -> str | None:
    """The id of the run that the pages show, at first that of the address; None without one."""
    if _RUN not in st.session_state:
        st.session_state[_RUN] = st.query_params.get(RUN_PARAMETER)
    run: str | None = st.session_state[_RUN]
    return run


def set_current_run(run: str | None) -> None:
    """Show this run on all pages; the address names it."""
    if run != current_run():
        forget_touched()
    st.session_state[_RUN] = run
    choose_upload(False)


def choose_checkpoint(run: str, file: str | None) -> None:
    """Show this checkpoint file of this run from now on; None: its last one, whichever it is."""
    st.session_state.setdefault(_FILES, {})[run] = file
    set_current_run(run)


def chosen_checkpoint(run: str) -> str | None:
    """The checkpoint file that was chosen of a run; None to follow its last one."""
    chosen: str | None = st.session_state.get(_FILES, {}).get(run)
    return chosen


def upload() -> Upload | None:
    """The checkpoint that this session uploaded and found good; None without one."""
    held: Upload | None = st.session_state.get(_UPLOAD)
    return held


def keep_upload(new: Upload | None) -> None:
    """Keep this upload from now on; the one before is deleted."""
    before = upload()
    if before is not None and before is not new:
        before.discard()
    st.session_state[_UPLOAD] = new
    choose_upload(new is not None)


def upload_chosen() -> bool:
    """Whether the pages show the upload, and not a run."""
    return bool(st.session_state.get(_UPLOAD_CHOSEN)) and upload() is not None


def choose_upload(chosen: bool = True) -> None:
    """Show the upload from now on, or the current run."""
    st.session_state[_UPLOAD_CHOSEN] = chosen
