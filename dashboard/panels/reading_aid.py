"""What each line and mark of the chart is, in words, folded below it."""

from __future__ import annotations

import streamlit as st

from dashboard.words.translation import N_, _, translated

__all__ = ["how_to_read"]

_LINES = (
    N_("**Step loss**, the faint line: the loss of each batch, before its own step."),
    N_(
        "**Moving mean**, the strong line: the mean of the last steps, as many as “Smoothing” says."
    ),
    N_(
        "**Epoch mean**, the dots: the mean over a whole epoch, drawn in the epoch's middle. The "
        "model improved meanwhile."
    ),
    N_(
        "**Validation loss** and **accuracy**, the diamonds: measured on held-out images with the "
        "model at the end of the epoch, and drawn there."
    ),
    N_(
        "**▲** at the lower edge: a checkpoint was saved. Of many, some are kept: the page "
        "Checkpoints lists them."
    ),
    N_("**Dotted red line**: settings were edited; the label says which, also under the pointer."),
    N_("**Orange arrow** at the upper edge: a loss off the scale; its value is under the pointer."),
)


def how_to_read() -> None:
    """A line that opens."""
    with st.expander(_("How to read this chart"), key="how-to-read"):
        st.markdown("\n".join(f"- {translated(line)}" for line in _LINES))
