"""What is drawn on a page as a file, PNG or SVG: written by the browser, which has drawn it.

Plotly's own button writes one form only, and lies over the chart; writing it on the server would
need another browser there. Images and bars that stand on the page as HTML have no button at all:
what the browser has laid out is read and written.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components import plotly_js
from dashboard.components.script import lean
from dashboard.words.translation import _

__all__ = ["figure_files", "picture_files"]

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


def figure_files(where: str, title: str, file: str) -> None:
    """The two buttons of a chart of Plotly.

    Args:
        where: key of the container that holds the chart.
        title: of the chart, for those who cannot see which one it is.
        file: name of the file, without its ending.
    """
    data = {**_data(where, title, file), "plotly": plotly_js.url()}
    _component("figure_files")(key=f"files-{where}", data=data, height="content")


def picture_files(where: str, what: str, title: str, file: str) -> None:
    """The two buttons of what stands on the page as HTML, with its images, canvases and captions.

    Args:
        where: key of the container that holds it.
        what: CSS selector in the container; where that element has `data-index`, the file's name
            gets it too.
        title: of the picture, for those who cannot see which one it is.
        file: name of the file, without its ending.
    """
    data = {**_data(where, title, file), "what": what}
    _component("picture_files")(key=f"files-{where}", data=data, height="content")


def _data(where: str, title: str, file: str) -> dict[str, Any]:
    return {
        "where": where,
        "file": file,
        "png": _("Download as PNG: {title}", title=title),
        "svg": _("Download as SVG: {title}", title=title),
    }


@functools.cache
def _component(name: str) -> Any:
    folder = Path(__file__).parent
    script = lean(folder / "file_buttons.js") + lean(folder / f"{name}.js")
    if name == "figure_files":
        script = plotly_js.LOADER + script
    return st.components.v2.component(name, css=_STYLE, js=script)
