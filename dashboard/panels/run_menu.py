"""What can be done with a run as a thing: name, tag and annotate it, delete it, bring it back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import server, session
from dashboard.gaps.widgets import by_hand, key_of_text
from dashboard.session import problems
from dashboard.words.progress import ACTIVE
from dashboard.words.wording import as_markdown
from mlcore.runs import RunFolder, RunInfo, read_state
from mlcore.runs.library.label import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_TAGS,
    rename,
    set_note,
    set_tags,
)
from mlcore.runs.library.trash import delete, restore

__all__ = ["deleted_notice", "label_line", "run_menu"]

_DELETED, _DOUBTED = "train-deleted", "train-delete-doubted"
_NOTE_SHOWN = 240  # characters of a note below the run's buttons
_LONGEST = 10.0  # seconds in which a run that is to be deleted has stopped


def run_menu(shown: RunInfo, runs: Sequence[RunInfo]) -> None:
    """A small menu beside the list of runs; the tags of all of them are offered."""
    with st.popover(
        "", icon=":material/more_vert:", key="run-menu", help="Name, tag or delete this run"
    ):
        key = key_of_text(f"name-{shown.id}", shown.name)
        st.text_input(
            "Name",
            shown.name,
            key=key,
            max_chars=LONGEST_NAME,
            placeholder="when it began",
            on_change=_rename,
            args=(shown, key),
        )
        _tags(shown, runs)
        key = key_of_text(f"note-{shown.id}", shown.note)
        st.text_area(
            "Note",
            shown.note,
            key=key,
            max_chars=LONGEST_NOTE,
            height=96,
            on_change=_annotate,
            args=(shown, key),
        )
        _delete_button(shown)


def label_line(shown: RunInfo) -> None:
    """Tags and note of a run, as they stand; nothing where there are none."""
    if not shown.tags and not shown.note:
        return
    note = " ".join(shown.note.split())
    short = note if len(note) <= _NOTE_SHOWN else f"{note[: _NOTE_SHOWN - 1]}…"
    parts = [f":gray-badge[{as_markdown(tag)}]" for tag in shown.tags]
    if short:
        parts.append(f":small[:gray[{as_markdown(short)}]]")
    with st.container(key="label-line"):
        st.markdown(" ".join(parts), help=as_markdown(note) if short != note else None)


def _tags(shown: RunInfo, runs: Sequence[RunInfo]) -> None:
    key = f"tags-{shown.id}"
    known = dict.fromkeys(tag for info in (shown, *runs) for tag in info.tags)
    st.session_state[key] = list(shown.tags)  # always: one that was refused goes again
    st.multiselect(
        "Tags",
        list(known),
        key=key,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder="Add a tag",
        on_change=_tag,
        args=(shown, key),
    )


def _delete_button(shown: RunInfo) -> None:
    """Deletes a run at a click, and one that trains at a second."""
    hint = "It goes to the trash, and can be brought back."
    trains = shown.state in ("running", "paused")
    if trains and st.session_state.get(_DOUBTED) != shown.id:
        st.button(
            "Stop and delete…",
            key="doubt-delete",
            icon=":material/delete:",
            help=hint,
            on_click=_doubt,
            args=(shown.id,),
        )
        return
    if trains:
        st.caption("This run is under way. Stop it, and put it into the trash?")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Stop and delete" if trains else "Delete",
            key="delete-run",
            icon=":material/delete:",
            help=hint,
            on_click=_delete,
            args=(shown,),
        )
        if trains:
            st.button("Keep it", key="keep-run", on_click=_doubt, args=(None,))


def deleted_notice() -> None:
    """Offer to take back the deletion that this session made last."""
    place = st.empty()
    run = st.session_state.get(_DELETED)
    if run is None:
        return
    with place.container(horizontal=True, vertical_alignment="center", key="deleted"):
        st.markdown(f":material/delete: Run {as_markdown(run)} was deleted.", width="content")
        st.button("Undo", key="undo-delete", on_click=_restore, args=(run,))


@by_hand
def _rename(shown: RunInfo, key: str) -> None:
    with problems.caught():
        rename(RunFolder(shown.path), st.session_state[key])


@by_hand
def _tag(shown: RunInfo, key: str) -> None:
    with problems.caught():
        set_tags(RunFolder(shown.path), st.session_state[key])


@by_hand
def _annotate(shown: RunInfo, key: str) -> None:
    with problems.caught():
        set_note(RunFolder(shown.path), st.session_state[key])


def _doubt(run: str | None) -> None:
    """Ask whether this run is to be stopped and deleted; None: no longer."""
    st.session_state[_DOUBTED] = run


def _delete(shown: RunInfo) -> None:
    folder = RunFolder(shown.path)
    _doubt(None)
    with problems.caught():
        if read_state(folder) in ACTIVE:
            server.queue().end(folder, _LONGEST)
        delete(folder)
        st.session_state[_DELETED] = shown.id
        session.set_current_run(None)


def _restore(run: str) -> None:
    with problems.caught():
        st.session_state.pop(_DELETED, None)
        restore(server.store(), run)
        session.set_current_run(run)
