"""Sweeps: a search for settings whose trials are runs."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import streamlit as st

from dashboard import session
from dashboard.gaps.widgets import show
from dashboard.panels.data_notice import data_notice
from dashboard.panels.sweep_parts.best import best_trials
from dashboard.panels.sweep_parts.drawn import sweep_charts
from dashboard.panels.sweep_parts.new import PARAMETER, new_sweep_form
from dashboard.panels.sweep_parts.now import sweep_now
from dashboard.panels.sweep_parts.trials import trials_table
from dashboard.server.sweeps import is_shared, sweep_at, sweeps
from dashboard.session import places, problems
from dashboard.words.sweeps import sweep_label
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown
from mlcore.errors import MlcoreError

_AGAIN = 5.0  # seconds between two looks at a sweep that could not be read


def page() -> None:
    """The whole page."""
    st.title(_("Sweeps"), anchor=False)
    data_notice(session.data_config())
    keys, unread = sweeps().keys()
    named = places.place(PARAMETER)
    if unread is not None and named is not None and is_shared(named):
        keys, unread = [named, *keys], None  # it is only away, and said where it would stand
    chosen = named if named in keys else next(iter(keys), None)
    places.write_in_address({PARAMETER: chosen})
    if unread is not None:
        st.warning(as_markdown(sentence(unread)), icon=":material/database_off:")
    if chosen is not None:
        if named not in (None, chosen):
            st.caption(_("The address names a sweep that there is not: this is the newest one."))
        _choice(keys, chosen)
        _chosen(chosen)
    new = st.container(key="begin-sweep").expander(
        _("New sweep"),
        expanded=chosen is None,
        icon=":material/add:",
        key=f"new-sweep-{len(keys)}",  # another one once a sweep was begun: it is folded
        on_change="rerun",
    )
    if new.open:
        with new:
            new_sweep_form()
    problems.show()


def _choice(keys: Sequence[str], chosen: str) -> None:
    """Which sweep is shown, and the others where there are any."""
    if len(keys) == 1:
        st.header(as_markdown(sweep_label(chosen)), anchor=False)
        return
    shown = show("sweep-shown", chosen, lambda key: places.go_to(**{PARAMETER: key}))
    st.selectbox(
        _("Sweep"),
        list(keys),
        list(keys).index(shown.value),
        format_func=sweep_label,
        key=shown.key,
        width=320,
        help=_("The newest stands first."),
    )


@problems.friendly_errors()
def _chosen(key: str) -> None:
    """All there is to see of a sweep; one that cannot be read is looked at again and again."""
    place, name = sweep_at(key)
    try:
        found = place.look(name)
    except MlcoreError:
        st.fragment(_again, run_every=_AGAIN)(key)
        raise
    sweep_now(found)
    best_trials(found)
    sweep_charts(found)
    trials_table(found)


def _again(key: str) -> None:
    """Draw the page again once its sweep can be read: its database may be back."""
    place, name = sweep_at(key)
    with contextlib.suppress(MlcoreError):
        place.look(name)
        st.rerun()


page()
