"""Freeing the memory of an uploaded file, which Streamlit keeps until the browser tab is closed.

Its own chat input does the same; there is no public function for it. (Waits for
streamlit/streamlit#9218.)
"""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = ["free_memory"]


def free_memory(file: UploadedFile) -> None:
    """Drop the file's bytes from the server's memory; does nothing where a release cannot."""
    context = get_script_run_ctx()
    remove = getattr(context and context.uploaded_file_mgr, "remove_file", None)
    if context is not None and remove is not None:
        remove(session_id=context.session_id, file_id=file.file_id)
