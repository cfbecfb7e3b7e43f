"""A choice among the columns of the table of runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.words.run_cells import column_label
from mlcore.runs.library.columns import COLUMNS, Column

__all__ = ["choose_column"]


def choose_column(
    label: str, names: Sequence[str], first: str, *, key: str, help: str | None = None
) -> Column:
    """Draw it; another first one makes it another choice.

    Args:
        label: what is chosen.
        names: of the columns.
        first: the name that is chosen at first.
        key: of the element.
        help: what its sign says.
    """
    chosen: str = st.selectbox(
        label,
        names,
        index=names.index(first),
        format_func=lambda name: column_label(COLUMNS[name]),
        key=f"{key}-{first}",
        width=240,
        help=help,
    )
    return COLUMNS[chosen]
