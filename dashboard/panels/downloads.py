"""Charts, pictures and tables that can be taken along: PNG and SVG, and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard import session
from dashboard.charts.legend import Sign, sign_list
from dashboard.charts.projector import enlarged
from dashboard.charts.table import Table
from dashboard.components.figure_files import figure_files, picture_files
from dashboard.panels.chart_table import chart_table
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown

__all__ = ["chart", "csv_button", "csv_text", "picture"]


def chart(
    figure: go.Figure,
    *,
    key: str,
    title: str,
    file: str,
    words: str,
    table: Callable[[], Table] | None,
    signs: Sequence[Sign] = (),
    **options: Any,
) -> None:
    """Draw a chart, the buttons that write it as a file, what it shows in words, and as a table.

    Args:
        figure: the chart.
        key: of the element.
        title: what it shows, in a few words.
        file: name of the files, without their ending.
        words: what it shows, plain text; empty where it stands above the chart.
        table: makes its values; None where a table of them stands on the page anyway.
        signs: what its colours mean, where it has no legend of its own.
        options: more of `st.plotly_chart`.
    """
    figure = enlarged(figure) if session.projector() else figure
    with st.container(key=f"chart-{key}", gap="xxsmall"):
        st.plotly_chart(figure, key=key, theme=None, config={"displayModeBar": False}, **options)
        if signs:
            st.html(sign_list(signs))
        figure_files(f"chart-{key}", title, file)
    if table is not None:
        chart_table(words, table, key=key, title=title)
    elif words:
        st.caption(as_markdown(words))


def picture(markup: str, *, key: str, title: str, file: str) -> None:
    """Draw HTML with images in it, and below it the buttons that write it as a file.

    Args:
        markup: one fragment with its styles.
        key: of the element.
        title: what it shows, in a few words.
        file: name of the files, without their ending.
    """
    with st.container(key=f"picture-{key}", gap="xxsmall"):
        st.html(markup)
        picture_files(f"picture-{key}", "[data-testid=stHtml]", title, file)


def csv_button(columns: Mapping[str, Sequence[Any]], *, key: str, file: str) -> None:
    """A button that downloads a table; the file is written when it is pressed.

    Args:
        columns: heading → its values, as many in each.
        key: of the button.
        file: name of the file, without its ending.
    """
    st.download_button(
        _("CSV"),
        lambda: csv_text(columns),
        f"{file}.csv",
        "text/csv",
        key=key,
        icon=":material/download:",
        help=_("Download the table as CSV"),
        on_click="ignore",
    )


def csv_text(columns: Mapping[str, Sequence[Any]]) -> str:
    """A table as CSV (RFC 4180), its numbers in full; nothing where there is none."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue()
