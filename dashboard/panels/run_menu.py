"""The menu of a run: name, tag and annotate it, delete it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.gaps.widgets import show
from dashboard.panels.trash import delete_runs
from dashboard.session import problems
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown
from mlcore.runs import RunFolder, RunInfo
from mlcore.runs.library.label import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_TAGS,
    rename,
    set_note,
    set_tags,
)

__all__ = ["label_line", "run_menu"]

_TO_CONFIRM = "train-delete-to-confirm"
_NOTE_SHOWN = 240  # characters of a note below the run's buttons


def run_menu(shown: RunInfo, runs: Sequence[RunInfo]) -> None:
    """A small menu beside the list of runs; the tags of all of them are offered.

    Each run has a menu of its own, closed at first: else it would stay open on the run that is
    shown after a deletion, with the button to delete that one below the pointer.
    """
    with (
        st.container(key="run-menu"),
        st.popover(
            "",
            icon=":material/more_vert:",
            key=f"run-menu-{shown.id}",
            help=_("Name, tag or delete this run"),
            on_change=_do_nothing,
        ),
    ):
        name = show(f"name-{shown.id}", shown.name, _write(rename, shown))
        st.text_input(
            _("Name"),
            name.value,
            key=name.key,
            max_chars=LONGEST_NAME,
            placeholder=_("Time of creation"),
            help=_(
                "What the run is called in lists and charts; nothing of the training depends on it."
            ),
        )
        _tags(shown, runs)
        note = show(f"note-{shown.id}", shown.note, _write(set_note, shown))
        st.text_area(
            _("Note"),
            note.value,
            key=note.key,
            max_chars=LONGEST_NOTE,
            height=96,
            help=_("What you want to remember of this run."),
        )
        _delete_button(shown)


def label_line(shown: RunInfo) -> None:
    """Tags and note of a run; nothing where there are none."""
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
    used = dict.fromkeys(tag for info in (shown, *runs) for tag in info.tags)
    tags = show(f"tags-{shown.id}", list(shown.tags), _write(set_tags, shown))
    st.multiselect(
        _("Tags"),
        list(used),
        default=tags.value,
        key=tags.key,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder=_("Add a tag"),
        help=_("Words by which runs are found and filtered, such as homework."),
    )


def _delete_button(shown: RunInfo) -> None:
    """Deletes a run; one that trains only after a second click."""
    hint = _("It goes to the trash, and can be restored.")
    trains = shown.state in ("running", "paused")
    if trains and st.session_state.get(_TO_CONFIRM) != shown.id:
        st.button(
            _("Stop and delete…"),
            key=f"doubt-delete-{shown.id}",
            icon=":material/delete:",
            help=hint,
            on_click=_ask_to_confirm,
            args=(shown.id,),
        )
        return
    if trains:
        st.caption(_("This run is training. Stop it, and move it to the trash?"))
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Stop and delete") if trains else _("Delete"),
            key=f"delete-run-{shown.id}",
            icon=":material/delete:",
            help=hint,
            on_click=_delete,
            args=(shown,),
        )
        if trains:
            st.button(
                _("Keep it"),
                key=f"keep-run-{shown.id}",
                on_click=_ask_to_confirm,
                args=(None,),
                help=_("It goes on training."),
            )


def _write(change: Callable[[RunFolder, Any], object], shown: RunInfo) -> Callable[[Any], None]:
    """What writes a value that was entered into the run's folder."""

    def write(value: Any) -> None:
        with problems.caught():
            change(RunFolder(shown.path), value)

    return write


def _ask_to_confirm(run: str | None) -> None:
    """Ask for a second click before this run is stopped and deleted; None: no longer."""
    st.session_state[_TO_CONFIRM] = run


def _delete(shown: RunInfo) -> None:
    _ask_to_confirm(None)
    with problems.caught():
        delete_runs([shown])
        session.set_current_run(None)


def _do_nothing() -> None:
    """That a menu was opened changes nothing else; it makes Streamlit keep menus apart."""
