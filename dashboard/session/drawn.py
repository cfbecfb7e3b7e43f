"""What a person has drawn."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.components.drawing_pad import Sent
from dashboard.session.uploads import Upload, save_upload

__all__ = ["Drawn", "current", "replace"]

_DRAWN = "drawn"


class Drawn:
    """A drawing or an image, as a file that goes with the session."""

    def __init__(self, sent: Sent, file: Upload) -> None:
        self.kind, self.serial = sent.kind, sent.serial
        self.file = file
        self.unreadable = False  # where the server has found nothing to read in it

    @property
    def path(self) -> Path:
        """The image file; a stranger's."""
        return self.file.path

    @property
    def strokes(self) -> bool:
        """Whether it was drawn on the pad: white ink on black."""
        return self.kind == "strokes"


def current() -> Drawn | None:
    """What is on the pad; None where it is empty."""
    drawn: Drawn | None = st.session_state.get(_DRAWN)
    return drawn


def replace(sent: Sent) -> None:
    """Keep this in place of the drawing before, which is deleted.

    Raises:
        CheckpointError: the temporary folder cannot be written.
    """
    before = current()
    if before is not None:
        before.file.discard()
    st.session_state[_DRAWN] = None
    if sent.kind != "none":
        file = save_upload(sent.kind, memoryview(sent.content))
        st.session_state[_DRAWN] = Drawn(sent, file)
