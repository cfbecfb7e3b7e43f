"""A chart that changes only with its data, the theme and the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard import session
from dashboard.charts.projector import enlarged
from dashboard.charts.table import Table
from dashboard.charts.theme import Palette
from dashboard.panels.chart_table import chart_table
from dashboard.words.translation import language

__all__ = ["still_chart"]


def still_chart(
    draw: Callable[..., go.Figure],
    *data: Any,
    key: str,
    title: str,
    words: str,
    table: Callable[[], Table],
    **options: bool,
) -> None:
    """Draw a figure, cached for all sessions, and below it what it shows in words and as a table.

    Args:
        draw: makes the figure of `data`, the colours and `options`.
        data: what it shows; hashed for the cache.
        key: of the element.
        title: what it shows, in a few words.
        words: what it shows, plain text.
        table: makes its values.
        options: switches of the figure.
    """
    look = session.colours(), session.projector()
    figure = _figure(draw, draw.__name__, data, *look, options, language())
    st.plotly_chart(figure, key=key, theme=None, config={"displayModeBar": False})
    chart_table(words, table, key=key, title=title)


@st.cache_resource(max_entries=80, show_spinner=False)
def _figure(
    _draw: Callable[..., go.Figure],
    name: str,  # noqa: ARG001  part of the cache key, as functions cannot be hashed
    data: tuple[Any, ...],
    colours: Palette,
    projector: bool,
    options: dict[str, bool],
    language: str,  # noqa: ARG001  part of the cache key
) -> go.Figure:
    figure = _draw(*data, colours, **options)
    return enlarged(figure) if projector else figure
