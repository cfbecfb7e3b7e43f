"""A choice among the columns of the table of runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.gaps.widgets import show
from dashboard.words.run_cells import column_label
from mlcore.runs.library.columns import COLUMNS, Column

__all__ = ["choose_column"]

_CHOSEN = "columns-chosen"


def choose_column(
    label: str, names: Sequence[str], first: str, *, key: str, help: str | None = None
) -> Column:
    """Draw it; another first one makes it another choice. The session keeps what was chosen.

    Args:
        label: what is chosen.
        names: of the columns.
        first: the name that is chosen at first.
        key: of the element.
        help: what its sign says.
    """
    kept: dict[str, str] = st.session_state.setdefault(_CHOSEN, {})
    name = f"{key}-{first}"
    chosen = kept.get(name, first)
    chosen = chosen if chosen in names else first

    def keep(choice: str) -> None:
        st.session_state.setdefault(_CHOSEN, {})[name] = choice

    shown = show(name, chosen, keep)
    st.selectbox(
        label,
        names,
        index=names.index(shown.value),
        format_func=lambda name: column_label(COLUMNS[name]),
        key=shown.key,
        width=240,
        help=help,
    )
    return COLUMNS[chosen]
