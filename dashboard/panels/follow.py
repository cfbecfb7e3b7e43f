"""A page that shows what a run has written follows it, also while the run trains."""

from __future__ import annotations

import streamlit as st

from dashboard import server
from dashboard.panels.refresh import folder_changed
from dashboard.server.histories import history_of
from dashboard.session.problems import friendly_errors
from dashboard.words.progress import ACTIVE
from mlcore.runs import RunFolder, RunInfo

__all__ = ["follow"]

_TRAINS, _IDLE = 2.0, 4.0  # seconds between two looks


def follow(run: RunInfo | None) -> None:
    """Draw the page again when a run comes or goes, or this one has a new checkpoint or state.

    Args:
        run: the one that is shown; None where it is an upload, or there is none.
    """
    now = _written(run)
    pace = _TRAINS if run is not None and run.state in ACTIVE else _IDLE
    with st.container(key="follows"):  # takes no room
        st.fragment(_look, run_every=pace)(run, now)


@friendly_errors()
def _look(run: RunInfo | None, before: tuple[object, ...]) -> None:
    if _written(run) != before:
        st.rerun()


def _written(run: RunInfo | None) -> tuple[object, ...]:
    if run is None:
        return (folder_changed(),)
    folder = RunFolder(server.store().root / run.id)
    return folder_changed(), history_of(folder).state, tuple(folder.checkpoints())
