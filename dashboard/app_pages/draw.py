"""Draw: what a model makes of one's own handwriting, while it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.panels import assumptions, invitation
from dashboard.panels.checkpoint_choice import (
    Choice,
    choose_model,
    no_checkpoint_yet,
    run_behind,
)
from dashboard.panels.drawn_why import why
from dashboard.panels.follow import follow
from dashboard.panels.own_set import own_set
from dashboard.panels.pad import pad, send_network
from dashboard.panels.styles import styles
from dashboard.session import first_steps, problems
from dashboard.session.problems import friendly_errors
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown
from mlcore.checkpoint.suggest import data_sets_for
from mlcore.config import DataConfig, data_root
from mlcore.data import CATALOG


def page() -> None:
    """The whole page."""
    styles("draw")
    st.title(_("Draw"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="draw-head"):
        choice = choose_model()
    problems.show()
    follow(run_behind(choice))
    if choice is None:
        if server.store().list():
            no_checkpoint_yet()
        else:
            invitation.train_first(_("Train a model first, and it reads your handwriting here."))
    elif choice.upload is not None and (reason := assumptions.why_unusable(choice.upload)):
        st.error(as_markdown(reason), icon=":material/error:")
        st.page_link("app_pages/checkpoints.py", label=_("Go to Checkpoints"))
    else:
        _drawing(choice, send_network(choice))


@st.fragment
@friendly_errors()
def _drawing(choice: Choice, about: Mapping[str, Any]) -> None:
    """Drawn again by itself when a stroke has ended."""
    classes = _classes(choice)
    centre = pad(choice, about, classes)
    if fitting := data_sets_for(choice.outputs):
        data = choice.data or fitting[0]
        why(choice, data, _root(choice, data), classes, centre=centre)
    own_set(classes, _root(choice, ""))
    if first_steps.news():  # the line at the top is outside of what is drawn again
        st.rerun()


def _root(choice: Choice, data: str) -> Path:
    """Where a data set lies: the run's own folder for its own, else the sidebar's."""
    if choice.run is not None and choice.run.config.data.name == data:
        return data_root(choice.run.config.data)
    config = session.config()
    return data_root(config.data if config else DataConfig())


def _classes(choice: Choice) -> Sequence[str]:
    """Names of the model's classes: of its data set, else their numbers."""
    own = CATALOG[choice.data].classes if choice.data else ()
    return own if len(own) == choice.outputs else [str(n) for n in range(choice.outputs)]


page()
