"""A small table that is read: real HTML, its texts literal, its long words broken.

`st.dataframe` is drawn on a canvas; `st.table` scrolls sideways in a box that no key reaches.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from dashboard.words.wording import unbroken

__all__ = ["plain_table"]


def plain_table(
    rows: Sequence[Sequence[str]],
    *,
    label: str,
    headings: Sequence[str] = (),
    strong: Sequence[int] = (),
    scrolls: bool = False,
) -> None:
    """Draw a table; the first cell of a row names it.

    Args:
        rows: as many cells in each, plain text.
        label: what the table is, for those who hear it.
        headings: of the columns; none where the rows say enough.
        strong: rows whose last cell is bold.
        scrolls: it may be long or wide: only a part is seen at once, and no cell is broken.
    """
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in headings)
    body = "".join(_row(row, strong=index in strong) for index, row in enumerate(rows))
    st.html(
        f'<div class="plain-table{" scrolls" if scrolls else ""}" role="group" tabindex="0"'
        f' aria-label="{html.escape(label)}">'
        f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
        "</div>"
    )


def _row(cells: Sequence[str], *, strong: bool) -> str:
    first, *others = (html.escape(unbroken(text)) for text in cells)
    if strong:
        others[-1] = f"<b>{others[-1]}</b>"
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{text}</td>" for text in others)}</tr>'
