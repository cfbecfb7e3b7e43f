"""Which other runs are drawn beside the shown one: chosen, or the parent of a fork.

The choice is one of the session and stands in the address as `with`; a fork whose parent is not
wanted says `with=none`.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.charts.other_runs import MOST_OTHERS
from mlcore.runs import RunInfo

__all__ = ["choose", "compared", "missing", "write_in_address"]

_KEY = _PARAMETER = "with"
_NOBODY = "none"


def compared(shown: RunInfo, runs: Sequence[RunInfo]) -> list[RunInfo]:
    """The runs to draw beside the shown one, in the order in which they were chosen."""
    there = {info.id: info for info in runs if info.id != shown.id}
    return [there[run] for run in _wanted(shown) if run in there][:MOST_OTHERS]


def missing(shown: RunInfo, runs: Sequence[RunInfo]) -> list[str]:
    """Ids that the address or an earlier choice names, and that are not there."""
    if _chosen() is None:
        return []
    there = {info.id for info in runs}
    return [run for run in _wanted(shown) if run not in there]


def choose(runs: Sequence[str], shown: str) -> None:
    """Draw these runs from now on; nobody: not even the parent of this one."""
    st.session_state[_KEY] = (list(runs), shown)


def write_in_address(shown: RunInfo) -> None:
    """Make the address name the runs that were chosen."""
    chosen = _chosen()
    if chosen is None:
        text = None
    else:
        text = ",".join(chosen) or (_NOBODY if shown.parent and _wanted(shown) == [] else None)
    if text != st.query_params.get(_PARAMETER):
        if text is None:
            del st.query_params[_PARAMETER]
        else:
            st.query_params[_PARAMETER] = text


def _wanted(shown: RunInfo) -> list[str]:
    chosen = _chosen()
    by_itself = [shown.parent] if shown.parent else []
    if chosen is None:
        return by_itself
    if not chosen and st.session_state[_KEY][1] not in ("", shown.id):
        return by_itself  # nobody was wanted beside another run
    return chosen


def _chosen() -> list[str] | None:
    """The choice of the session, at first that of the address; None where there was none."""
    if _KEY not in st.session_state:
        text = st.query_params.get(_PARAMETER)
        named = [] if text in (None, _NOBODY) else list(dict.fromkeys(text.split(",")))
        st.session_state[_KEY] = None if text is None else (named[: 2 * MOST_OTHERS], "")
    held: tuple[list[str], str] | None = st.session_state[_KEY]
    return None if held is None else held[0]
