"""Test: how good a checkpoint is on images it has never seen, and where it errs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.panels import verdict
from dashboard.panels.checkpoint_choice import Choice, choose, no_runs
from dashboard.server import data_sets
from dashboard.server.evaluations import evaluated, images_of
from dashboard.settings.resume_plan import data_sets_for
from dashboard.words.wording import as_markdown
from mlcore.config import DataConfig, data_root
from mlcore.data import CATALOG

_DATA = "test-data"


def page() -> None:
    """The whole page."""
    st.title("Test", anchor=False)
    _style()
    with st.container(horizontal=True, vertical_alignment="bottom", key="test-head"):
        choice = choose()
        outputs = _outputs(choice) if choice else 0
        data = _pick_data(choice, data_sets_for(outputs)) if choice else None
    if choice is None:
        _nothing_to_test()
        return
    if data is None:
        st.info(
            f"The model tells {outputs} classes apart, and no data set here has so many.",
            icon=":material/info:",
        )
        return
    _tell(choice, data)
    root = _root(choice, data)
    if not data_sets.source(data, root).usable:
        _missing(data, root)
        return
    result = evaluated(choice.path, data, root, choice.assumed, untrusted=choice.upload is not None)
    _show(result, data, root)


def _show(result: Mapping[str, Any], data: str, root: Path) -> None:
    for sentence in result["warnings"]:
        st.warning(as_markdown(sentence), icon=":material/warning:")
    evaluation, classes = result["evaluation"], result["classes"]
    verdict.figures(evaluation)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        verdict.matrix(evaluation["confusion"], classes)
    with right:
        verdict.classes_table(evaluation["per_class"], classes)
    verdict.mistakes(result, images_of(data, root).test.images)


def _nothing_to_test() -> None:
    runs = server.store().list()
    if not runs:
        no_runs("and see here how good it is on images that it has never seen.")
        return
    st.info(
        "This run has no checkpoint yet: one is written at the end of an epoch, and when the run "
        "is stopped.",
        icon=":material/hourglass_top:",
    )


def _outputs(choice: Choice) -> int:
    """How many classes the model tells apart."""
    if choice.upload is not None:
        return int(choice.upload.inspection["outputs"])
    assert choice.run is not None
    return len(CATALOG[choice.run.config.data.name].classes)


def _own_data(choice: Choice) -> str | None:
    """The data set that the checkpoint was trained on, where it says so."""
    if choice.upload is not None:
        told = (choice.upload.inspection.get("data") or {}).get("name")
        return told if told in CATALOG else None
    assert choice.run is not None
    return choice.run.config.data.name


def _pick_data(choice: Choice, fitting: tuple[str, ...]) -> str | None:
    """Draw the list of data sets to test on: its own first, then all with as many classes."""
    if not fitting:
        return None
    own = _own_data(choice)
    usual = own or (session.data_name() if session.data_name() in fitting else fitting[0])
    chosen: str = st.selectbox(
        "On the test images of",
        [usual, *(name for name in fitting if name != usual)],
        format_func=lambda name: CATALOG[name].title,
        key=f"{_DATA}-{choice.run.id if choice.run else 'upload'}",
        width=200,
        persist_state="session",
        help="Data sets with as many classes as the model tells apart.",
    )
    return chosen


def _tell(choice: Choice, data: str) -> None:
    """Say so where the sidebar's data set is another; the test itself warns of the rest."""
    if choice.assumed:
        words = ", ".join(f"{name} {value}" for name, value in choice.assumed.items())
        st.caption(
            f"The file does not say it all. Assumed: {words}; Checkpoints lets you change it."
        )
    own, sidebar = _own_data(choice), session.data_name()
    if own in (None, data) and sidebar != data and sidebar in CATALOG:
        st.warning(
            f"The sidebar is set to {CATALOG[sidebar].title}, but this model is tested on "
            f"{CATALOG[data].title}{', which it was trained on' if own else ''}.",
            icon=":material/warning:",
        )


def _root(choice: Choice, data: str) -> Path:
    """Where the images lie: the run's own folder for its own data set, else the sidebar's."""
    if choice.run is not None and choice.run.config.data.name == data:
        return data_root(choice.run.config.data)
    config = session.config()
    return data_root(config.data if config else DataConfig())


def _missing(data: str, root: Path) -> None:
    st.warning(data_sets.source(data, root).message, icon=":material/folder_off:")
    st.page_link("app_pages/data.py", label="Go to Data", icon=":material/grid_view:")


def _style() -> None:
    """Figures share a row as long as each has room, and wrap on a phone."""
    st.html(
        "<style>"
        ".st-key-figures > div { flex: 1 1 150px !important; min-width: 150px; }"
        "[class*=st-key-head-] { min-height: 2.6rem; }"
        ".st-key-figures [data-testid=stMetricValue] { font-variant-numeric: tabular-nums; }"
        "</style>"
    )


page()
