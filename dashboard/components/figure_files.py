"""A chart as a file, PNG or SVG: written by the browser, which has drawn it.

Plotly's own button writes one form only, and lies over the chart; writing it on the server would
need another browser there.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components import plotly_js
from dashboard.components.script import lean
from dashboard.words.translation import _

__all__ = ["figure_files"]

_STYLE = """
.figure-files { display: flex; gap: 0.5rem; justify-content: flex-end; }
.figure-files button {
  border: 1px solid var(--st-border-color); border-radius: 0.4rem; background: none;
  cursor: pointer;
  color: var(--st-text-color); font: 500 0.75rem var(--st-font); padding: 0.15rem 0.5rem;
  min-height: 1.6rem;
}
.figure-files button:hover { border-color: var(--st-primary-color); }
.figure-files button:focus-visible { outline: 2px solid var(--st-link-color); outline-offset: 2px; }
"""


def figure_files(chart: str, title: str, file: str) -> None:
    """The two buttons.

    Args:
        chart: key of the container that holds the chart.
        title: of the chart, for those who cannot see which one it is.
        file: name of the file, without its ending.
    """
    data = {
        "chart": chart,
        "file": file,
        "plotly": plotly_js.url(),
        "png": _("Download as PNG: {title}", title=title),
        "svg": _("Download as SVG: {title}", title=title),
    }
    _component()(key=f"files-{chart}", data=data, height="content")


@functools.cache
def _component() -> Any:
    script = plotly_js.LOADER + lean(Path(__file__).with_suffix(".js"))
    return st.components.v2.component("figure_files", css=_STYLE, js=script)
