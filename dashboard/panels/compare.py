"""The list of runs to draw beside the shown one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.gaps.widgets import show
from dashboard.session import comparison
from dashboard.words.run_names import distinct_labels, timed_name
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown, listed
from mlcore.runs import RunInfo

__all__ = ["choose_others"]

_LISTED = 200


def choose_others(shown: RunInfo, runs: Sequence[RunInfo]) -> None:
    """A list to choose other runs from; nothing where there is none."""
    beside = comparison.compared(shown, runs)
    others = [info for info in runs if info.id != shown.id]
    choices = [*others[:_LISTED], *(info for info in beside if info not in others[:_LISTED])]
    if not choices:
        return
    labels = distinct_labels(choices, timed_name)
    chosen = [info.id for info in beside]
    edition = "\n".join(labels[run] for run in chosen)
    widget = show(f"compare-{shown.id}", chosen, _choose_beside(shown.id), edition=edition)
    st.multiselect(
        _("Compare with"),
        list(labels),
        default=widget.value,
        format_func=lambda run: labels.get(run, run),
        key=widget.key,
        max_selections=comparison.MOST_OTHERS,
        select_all=False,  # it would take the first of them only, and not say so
        placeholder=_("Compare with up to {n} other runs", n=comparison.MOST_OTHERS),
        label_visibility="collapsed",
        width="stretch",
    )
    if missing := comparison.missing(shown, runs):
        runs_missing = as_markdown(listed(missing))
        st.caption(_("Not drawn, because they do not exist: {runs}.", runs=runs_missing))


def _choose_beside(shown: str) -> Callable[[list[str]], None]:
    return lambda runs: comparison.choose(runs, shown)
