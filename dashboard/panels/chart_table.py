"""What a chart shows, for everyone who does not see it: in words below it, and as a table.

The table is in a line that opens, and is made only when it is open: a page costs as much as before.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.charts.table import Table
from dashboard.panels.plain_table import plain_table
from dashboard.session.problems import friendly_errors
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown

__all__ = ["chart_table"]


def chart_table(words: str, table: Callable[[], Table], *, key: str, title: str) -> None:
    """Draw the words and the line that opens.

    Args:
        words: what the chart shows, plain text; empty where it stands on the page already.
        table: makes its values.
        key: of the chart.
        title: of the chart, for those who hear what the table is.
    """
    if words:
        st.caption(as_markdown(words))
    st.fragment(_folded)(table, key, title)


@friendly_errors()
def _folded(table: Callable[[], Table], key: str, title: str) -> None:
    folded = st.expander(_("As a table"), key=f"table-{key}", on_change="rerun")
    if not folded.open:
        return
    with folded, st.container(key=f"rows-{key}", height="content"):
        found = table()
        if found.words:
            st.caption(as_markdown(found.words))
        plain_table(found.rows, label=title, headings=found.headings, scrolls=True)
