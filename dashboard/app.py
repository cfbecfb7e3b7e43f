"""Navigation: the pages in order, the sidebar on each of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from dashboard import controls, session
from dashboard.components import reading
from dashboard.gaps import (
    blank,
    component_data,
    half_loaded,
    messages,
    reruns,
    theme,
    values,
    widgets,
)
from dashboard.panels import first_steps
from dashboard.panels.styles import styles
from dashboard.server import data_sets
from dashboard.session import places, problems
from dashboard.session.problems import friendly_errors
from dashboard.words import translation
from dashboard.words.chapters import CHAPTERS_OF, PARAMETER
from dashboard.words.translation import N_, _, translated


class _Page(NamedTuple):
    title: str
    icon: str
    section: str
    listed: bool = True


_HERE = Path(__file__).parent
_ICON = str(_HERE / "assets" / "icon.png")
_FIRST = "train"
_TRY, _RESULTS, _FILES, _LEARN = N_("Train and test"), N_("Results"), N_("Files"), N_("Learn")
_PAGES = {  # by the name of their file, which is also their address
    _FIRST: _Page(N_("Train"), ":material/play_circle:", _TRY),
    "test": _Page(N_("Test"), ":material/fact_check:", _TRY),
    "draw": _Page(N_("Draw"), ":material/draw:", _TRY),
    "runs": _Page(N_("Runs"), ":material/table_rows:", _RESULTS),
    "run": _Page(N_("Run"), ":material/article:", _RESULTS, listed=False),
    "sweeps": _Page(N_("Sweeps"), ":material/manage_search:", _RESULTS),
    "data": _Page(N_("Data"), ":material/grid_view:", _FILES),
    "checkpoints": _Page(N_("Checkpoints"), ":material/save:", _FILES),
    "lessons": _Page(N_("Break it"), ":material/experiment:", _LEARN),
    "learn": _Page(N_("Questions"), ":material/help:", _LEARN),
}
_SIDEBAR, _WIDE_SIDEBAR = 330, 412  # pixels wide at first; a person may drag it

reruns.patch()
messages.patch()
component_data.patch()
half_loaded.patch()
values.patch()
translation.use(session.language)
st.set_page_config(
    page_title=_("MLP trainer"),
    page_icon=_ICON,
    layout="wide",
    initial_sidebar_state=_WIDE_SIDEBAR if session.projector() else _SIDEBAR,
    menu_items={"About": _("Train a small neural network and watch it learn.")},
)


def main() -> None:
    """Draw the sidebar and the page that the address names."""
    widgets.take_changes()  # done already, but for a release of Streamlit that could not be patched
    styles("colours", "style", "reading")  # the last for eyes, keyboards and ears
    st.logo(_ICON, size="large")
    page = st.navigation(_sections())
    name = page.url_path or _FIRST
    wanted = places.wanted_page(name)
    if wanted in _PAGES:
        st.switch_page(f"app_pages/{wanted}.py")
    problems.enter(name)
    places.arrive(name, {PARAMETER: CHAPTERS_OF.get(name, ())})
    top = st.container(key="first-steps")  # in the free strip above the page: it takes no room
    with friendly_errors():
        if name == _FIRST:  # the others show their titles
            reading.only_read(translated(_PAGES[name].title), "h1")
        page.run()
    with top, friendly_errors():  # after the page, which has noted what was done on it
        first_steps.line(name)
    kept = theme.kept_on_all_pages([page for page in _PAGES if page != _FIRST])
    st.html(kept + blank.LOADED_AGAIN, unsafe_allow_javascript=True)
    with friendly_errors():  # after the page, so that a click is answered sooner
        controls.sidebar()
    with st.sidebar:
        reading.mend_page(session.colours().name, places.revealed())
    with friendly_errors():  # last: what it starts imports torch, and would slow the first drawing
        data_sets.keep_ready(session.data_config().data)


def _sections() -> dict[str, list[st.Page]]:
    """Title of a section of the navigation → its pages."""
    sections: dict[str, list[st.Page]] = {}
    for name, about in _PAGES.items():
        page = st.Page(
            _HERE / "app_pages" / f"{name}.py",
            title=translated(about.title),
            icon=about.icon,
            url_path=name,
            default=name == _FIRST,
            visibility="visible" if about.listed else "hidden",
        )
        sections.setdefault(translated(about.section), []).append(page)
    return sections


main()
