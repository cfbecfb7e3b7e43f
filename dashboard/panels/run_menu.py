"""What can be done with a run as a thing: name it, delete it, take the deletion back."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.problems import tried
from dashboard.progress import ACTIVE
from dashboard.widgets import held
from dashboard.wording import as_markdown
from mlcore.runs import RunFolder, RunInfo
from mlcore.runs.trash import delete, restore

__all__ = ["deleted_notice", "run_menu"]

_DELETED = "train-deleted"
_LONGEST = 10.0  # seconds in which a run that is to be deleted has stopped


def run_menu(shown: RunInfo) -> None:
    """A small menu beside the list of runs."""
    with st.popover(
        "", icon=":material/more_vert:", key="run-menu", help="Name or delete this run"
    ):
        key = f"name-{shown.id}"
        st.text_input(
            "Name",
            key=key,
            max_chars=60,
            placeholder="when it began",
            **held(key, shown.name),
            on_change=_rename,
            args=(shown, key),
        )
        under_way = shown.state in ACTIVE
        st.button(
            "Stop and delete" if under_way else "Delete",
            key="delete-run",
            icon=":material/delete:",
            help="It goes to the trash, and can be brought back.",
            on_click=_delete,
            args=(shown,),
        )


def deleted_notice() -> None:
    """Offer to take back the deletion that this session made last."""
    place = st.empty()
    run = st.session_state.get(_DELETED)
    if run is None:
        return
    with place.container(horizontal=True, vertical_alignment="center", key="deleted"):
        st.markdown(f":material/delete: Run {as_markdown(run)} was deleted.", width="content")
        st.button("Undo", key="undo-delete", on_click=_restore, args=(run,))


def _rename(shown: RunInfo, key: str) -> None:
    with tried():
        RunFolder(shown.path).rename(st.session_state[key])


def _delete(shown: RunInfo) -> None:
    folder = RunFolder(shown.path)
    with tried():
        if folder.state() in ACTIVE:
            session.queue().end(folder, _LONGEST)
        delete(folder)
        st.session_state[_DELETED] = shown.id
        session.set_current_run(None)


def _restore(run: str) -> None:
    with tried():
        st.session_state.pop(_DELETED, None)
        restore(session.store(), run)
        session.set_current_run(run)
