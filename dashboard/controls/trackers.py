"""Where runs are mirrored to; no setting of theirs, so no link carries it."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.gaps.widgets import show
from dashboard.words.translation import _, sentence, translated
from dashboard.words.wording import as_markdown
from mlcore.trackers.catalog import TRACKERS

__all__ = ["trackers_field"]


def trackers_field() -> None:
    """The trackers of the runs to come; what one of them lacks here is said below."""
    chosen = session.trackers()
    shown = show("trackers", list(chosen), session.set_trackers)
    st.multiselect(
        _("Track with"),
        list(TRACKERS),
        default=shown.value,
        format_func=lambda name: TRACKERS[name].title,
        key=shown.key,
        placeholder=_("No tracker"),
        help=_(
            "Runs that are started from now on are mirrored there as well; whatever a tracker "
            "does, no run waits for it, and no number changes."
        ),
    )
    for name in chosen:
        if error := TRACKERS[name].lacking:
            st.error(as_markdown(sentence(error)), icon=":material/error:")
        else:
            st.caption(translated(TRACKERS[name].help))
