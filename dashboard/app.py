"""Navigation: the pages in order, the sidebar on each of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from dashboard import controls, session
from dashboard.components import reading
from dashboard.gaps import reruns, theme, widgets
from dashboard.server import data_sets
from dashboard.session import problems
from dashboard.session.problems import friendly_errors
from dashboard.words import translation
from dashboard.words.translation import N_, _, translated


class _Page(NamedTuple):
    title: str
    icon: str
    listed: bool = True


_HERE = Path(__file__).parent
_ICON = str(_HERE / "assets" / "icon.png")
_STYLE = _HERE / "assets" / "style.css"
_READING = _HERE / "assets" / "reading.css"  # for eyes, keyboards and ears
_FIRST = "train"
_PAGES = {  # by the name of their file, which is also their address
    _FIRST: _Page(N_("Train"), ":material/play_circle:"),
    "runs": _Page(N_("Runs"), ":material/table_rows:"),
    "run": _Page(N_("Run"), ":material/article:", listed=False),
    "test": _Page(N_("Test"), ":material/fact_check:"),
    "draw": _Page(N_("Draw"), ":material/draw:"),
    "checkpoints": _Page(N_("Checkpoints"), ":material/save:"),
    "data": _Page(N_("Data"), ":material/grid_view:"),
    "lessons": _Page(N_("Break it"), ":material/experiment:"),
}
_SIDEBAR = 330  # pixels wide at first; a person may drag it

reruns.patch()
translation.use(session.language)
st.set_page_config(
    page_title=_("MLP trainer"),
    page_icon=_ICON,
    layout="wide",
    initial_sidebar_state=_SIDEBAR,
    menu_items={"About": _("Train a small neural network and watch it learn.")},
)


def main() -> None:
    """Draw the sidebar and the page that the address names."""
    widgets.take_changes()  # done already, but for a release of Streamlit that could not be patched
    st.html(_STYLE)
    st.html(_READING)
    st.logo(_ICON, size="large")
    page = st.navigation(
        [
            st.Page(
                _HERE / "app_pages" / f"{name}.py",
                title=translated(about.title),
                icon=about.icon,
                url_path=name,
                default=name == _FIRST,
                visibility="visible" if about.listed else "hidden",
            )
            for name, about in _PAGES.items()
        ]
    )
    name = page.url_path or _FIRST
    problems.enter(name)
    with friendly_errors():
        if name == _FIRST:  # the others show their titles
            reading.only_read(translated(_PAGES[name].title), "h1")
        page.run()
    theme.keep_on_all_pages([page for page in _PAGES if page != _FIRST])
    with friendly_errors():  # after the page, so that a click is answered sooner
        controls.sidebar()
    with st.sidebar:
        reading.mend_page()
    with friendly_errors():  # last: what it starts imports torch, and would slow the first drawing
        data_sets.keep_ready(session.data_config().data)


main()
