"""How a run learns, on its own page: what is seen in it, in plain words, and its curves."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.panels import diagnosis
from dashboard.panels.runs_parts import curves
from dashboard.server.histories import history_of
from dashboard.server.load import noted
from dashboard.session import problems
from dashboard.words.progress import ACTIVE
from dashboard.words.translation import _
from mlcore.runs import RunFolder, RunInfo

__all__ = ["learned"]

_PACE = 2.0  # seconds between two looks at a run that trains, where few tabs are open


def learned(info: RunInfo) -> None:
    """The findings above the curves, where the evidence of the chosen one is marked."""
    pace = max(_PACE, noted().least_pause) if info.state in ACTIVE else None
    st.fragment(_learned, run_every=pace)(info, _settings())


@problems.friendly_errors()
def _learned(info: RunInfo, before: str) -> None:
    if _settings() != before:  # what a finding advises was set: the sidebar shows it
        st.rerun()
    history = history_of(RunFolder(info.path))
    if not history.step and history.state not in ACTIVE:
        return
    st.header(_("Curves"), anchor=False)
    seen = diagnosis.seen_in(history)
    moves = history.state in ACTIVE
    with st.container(key="seen-while-it-moves" if moves else "seen-at-the-end"):
        diagnosis.in_plain_words(seen)
    if history.step:
        curves.draw([info], marked=seen.marked)


def _settings() -> str:
    return repr(session.values())
