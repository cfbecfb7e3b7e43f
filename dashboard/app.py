"""Navigation: the pages in order, the sidebar on each of them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import controls, session
from dashboard.gaps import reruns
from dashboard.panels.data_notice import data_notice, keep_ready
from dashboard.session import problems
from dashboard.session.errors import friendly_errors

_HERE = Path(__file__).parent
_PAGES = (
    ("train.py", "Train", ":material/play_circle:"),
    ("test.py", "Test", ":material/fact_check:"),
    ("checkpoints.py", "Checkpoints", ":material/save:"),
    ("data.py", "Data", ":material/grid_view:"),
)
_SIDEBAR = 330  # pixels wide at first; a person may drag it
_WITH_DATA = ("Train", "Data")

reruns.patch()
st.set_page_config(
    page_title="MLP trainer",
    page_icon=str(_HERE / "assets" / "icon.png"),
    layout="wide",
    initial_sidebar_state=_SIDEBAR,
    menu_items={"About": "Train a small neural network and watch it learn."},
)


def main() -> None:
    """Draw the sidebar and the page that the address names."""
    st.logo(str(_HERE / "assets" / "icon.png"), size="large")
    page = st.navigation(
        [
            st.Page(
                _HERE / "app_pages" / file,
                title=title,
                icon=icon,
                url_path=Path(file).stem,
                default=file == "train.py",
            )
            for file, title, icon in _PAGES
            if (_HERE / "app_pages" / file).exists()
        ]
    )
    problems.enter(page.title)
    with friendly_errors():
        if page.title in _WITH_DATA:
            data_notice(session.data_config())
    with friendly_errors():
        page.run()
    with friendly_errors():  # behind the page, which answers a click the sooner
        controls.sidebar()
    with friendly_errors():  # last: what it starts imports torch, and would slow the first drawing
        keep_ready(session.data_config())


main()
