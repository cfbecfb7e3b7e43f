"""Which other runs are drawn beside the shown one: those chosen, or the parent of a fork.

The session keeps the choice, and the address carries it as `with`; where the parent of a fork is
not wanted, that is `with=none`.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mlcore.runs import RunInfo

__all__ = ["MOST_OTHERS", "choose", "compared", "missing", "write_in_address"]

MOST_OTHERS = 5
"""Runs that can be drawn beside the shown one; a chart has a colour for each."""

_KEY = _PARAMETER = "with"
_NONE = "none"


def compared(shown: RunInfo, runs: Sequence[RunInfo]) -> list[RunInfo]:
    """The runs to draw beside the shown one, in the order in which they were chosen."""
    others = {info.id: info for info in runs if info.id != shown.id}
    return [others[run] for run in _wanted(shown) if run in others][:MOST_OTHERS]


def missing(shown: RunInfo, runs: Sequence[RunInfo]) -> list[str]:
    """Ids that the address or an earlier choice names, and that do not exist."""
    if _chosen() is None:
        return []
    existing = {info.id for info in runs}
    return [run for run in _wanted(shown) if run not in existing]


def choose(runs: Sequence[str], shown: str) -> None:
    """Draw these runs from now on; with none, not even the parent of the shown one."""
    st.session_state[_KEY] = (list(runs), shown)


def write_in_address(shown: RunInfo) -> None:
    """Make the address name the runs that were chosen."""
    chosen = _chosen()
    if chosen is None:
        text = None
    else:
        text = ",".join(chosen) or (_NONE if shown.parent and _wanted(shown) == [] else None)
    if text != st.query_params.get(_PARAMETER):
        if text is None:
            del st.query_params[_PARAMETER]
        else:
            st.query_params[_PARAMETER] = text


def _wanted(shown: RunInfo) -> list[str]:
    chosen = _chosen()
    unasked = [shown.parent] if shown.parent else []
    if chosen is None:
        return unasked
    if not chosen and st.session_state[_KEY][1] not in ("", shown.id):
        return unasked  # none were wanted beside another run
    return chosen


def _chosen() -> list[str] | None:
    """The choice of this session, at first that of the address; None where there was none."""
    if _KEY not in st.session_state:
        text = st.query_params.get(_PARAMETER)
        named = [] if text in (None, _NONE) else list(dict.fromkeys(filter(None, text.split(","))))
        st.session_state[_KEY] = None if text is None else (named[: 2 * MOST_OTHERS], "")
    held: tuple[list[str], str] | None = st.session_state[_KEY]
    return None if held is None else held[0]
