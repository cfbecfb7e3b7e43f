"""What is in a file, as a digest: by it the results of jobs are kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import streamlit as st

from mlcore.errors import CheckpointError

__all__ = ["content_of"]


def content_of(checkpoint: Path) -> str:
    """A digest of a checkpoint file, read once until it changes.

    Raises:
        CheckpointError: it is gone.
    """
    try:
        status = checkpoint.stat()
        return _digest(str(checkpoint), (status.st_ino, status.st_size, status.st_mtime_ns))
    except OSError:
        raise CheckpointError(
            "The checkpoint {file} is gone: choose another one.", file=checkpoint.name
        ) from None


@st.cache_data(max_entries=256, show_spinner=False)
def _digest(checkpoint: str, written: tuple[int, int, int]) -> str:  # noqa: ARG001  cache key
    with Path(checkpoint).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
