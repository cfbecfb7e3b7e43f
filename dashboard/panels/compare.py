"""The list of runs to draw beside the shown one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.charts.other_runs import MOST_OTHERS
from dashboard.session import comparison
from dashboard.words.run_names import display_name, distinct_labels
from dashboard.words.wording import as_markdown
from mlcore.runs import RunInfo

__all__ = ["pick_others"]

_LISTED = 200


def pick_others(shown: RunInfo, runs: Sequence[RunInfo]) -> None:
    """A list to choose other runs from; nothing where there is none."""
    beside = comparison.compared(shown, runs)
    others = [info for info in runs if info.id != shown.id]
    listed = [*others[:_LISTED], *(info for info in beside if info not in others[:_LISTED])]
    if not listed:
        return
    labels = distinct_labels(listed, display_name)
    key = f"compare-{shown.id}"  # what the browser still says of the run before is not heard
    st.session_state[key] = [info.id for info in beside]
    st.multiselect(
        "Compare with",
        list(labels),
        format_func=lambda run: labels.get(run, run),
        key=key,
        max_selections=MOST_OTHERS,
        placeholder="Compare with other runs",
        label_visibility="collapsed",
        on_change=_take,
        args=(shown.id, key),
        width="stretch",
    )
    if gone := comparison.missing(shown, runs):
        st.caption(f"Not here, so not drawn: {as_markdown(', '.join(gone))}.")


def _take(shown: str, key: str) -> None:
    comparison.choose(st.session_state[key], shown)
