"""The trash: the deleted runs, any of which can be restored, and what was deleted just now."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import server, session
from dashboard.session import problems
from dashboard.words.progress import ACTIVE
from dashboard.words.run_names import display_name, distinct_labels
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_markdown
from mlcore.runs import RunFolder, RunInfo, read_state
from mlcore.runs.library import trash

__all__ = ["delete_runs", "deleted_notice", "deleted_runs", "note_deleted", "was_deleted"]

_DELETED, _TO_CONFIRM = "train-deleted", "trash-empty-to-confirm"
_LISTED = 50
_LONGEST = 10.0  # seconds in which a run that is to be deleted has stopped


def delete_runs(runs: Sequence[RunInfo], name: str = "") -> None:
    """Move runs to the trash, and offer to undo that; those that train are stopped first.

    Args:
        runs: which.
        name: what a single one is called where it was chosen; empty: as lists call it.

    Raises:
        MlcoreError: one of them does not stop, or cannot be moved; those before it are deleted.
    """
    gone: list[RunInfo] = []
    try:
        for info in runs:
            folder = RunFolder(info.path)
            if read_state(folder) in ACTIVE:
                server.queue().end(folder, _LONGEST)
            trash.delete(folder)
            gone.append(info)
    finally:
        if gone:
            name = (name or display_name(gone[0])) if len(gone) == 1 else ""
            st.session_state[_DELETED] = (tuple(info.id for info in gone), name)


def note_deleted(run: str) -> bool:
    """Say that this run was deleted, elsewhere, and offer to undo that.

    Returns:
        Whether it lies in the trash.
    """
    info = trash.find_deleted(server.store(), run)
    if info is not None:
        st.session_state[_DELETED] = ((run,), display_name(info))
    return info is not None


def was_deleted(run: str | None) -> bool:
    """Whether this run was deleted just now by this session, or no run is shown since."""
    runs, _name = st.session_state.get(_DELETED) or ((), "")
    return bool(runs) and (run is None or run in runs)


def deleted_notice() -> None:
    """Offer to undo the last deletion that this session made."""
    slot = st.container()
    runs, name = st.session_state.get(_DELETED) or ((), "")
    if not runs:
        return
    with slot.container(
        horizontal=True, vertical_alignment="center", border=True, key="deleted", gap="small"
    ):
        if len(runs) == 1:
            text = _("{run} was deleted.", run=as_markdown(name))
        else:
            text = ngettext("{n:,} run was deleted.", "{n:,} runs were deleted.", len(runs))
        st.markdown(f":material/delete: {text}", width="content")
        st.space("stretch")
        st.button(_("Undo"), key=f"undo-delete-{runs[0]}", on_click=_restore, args=(runs,))
        st.button(_("Close"), key=f"close-deleted-{runs[0]}", type="tertiary", on_click=_forget)


def deleted_runs() -> None:
    """The trash, folded; nothing while it is empty."""
    slot = st.container()
    count = trash.count_deleted(server.store())
    if not count:
        return
    with slot.container(key="trash"):
        title = ngettext("{n:,} deleted run", "{n:,} deleted runs", count)
        folded = st.expander(title, key="deleted-runs", icon=":material/delete:", on_change="rerun")
        if folded.open:
            with folded:
                _list(trash.deleted_runs(server.store()))
                _empty_button(count)


def _list(deleted: Sequence[RunInfo]) -> None:
    labels = distinct_labels(deleted)
    for info in deleted[:_LISTED]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(as_markdown(labels[info.id]), width="stretch")
            st.button(
                _("Restore"),
                key=f"restore-{info.id}",
                icon=":material/restore_from_trash:",
                on_click=_restore,
                args=((info.id,),),
            )
    if len(deleted) > _LISTED:
        st.caption(
            _(
                "The {n:,} that were deleted last are listed, of {all:,}.",
                n=_LISTED,
                all=len(deleted),
            )
        )


def _empty_button(count: int) -> None:
    """Deletes for good, after a second click."""
    if not st.session_state.get(_TO_CONFIRM):
        st.button(
            _("Delete all for good…"),
            key="doubt-empty",
            type="tertiary",
            on_click=_ask,
            args=(True,),
        )
        return
    st.caption(
        ngettext(
            "{n:,} run, its history and its checkpoints will be gone: that cannot be undone.",
            "{n:,} runs, their histories and checkpoints will be gone: that cannot be undone.",
            count,
        )
    )
    with st.container(horizontal=True, gap="small"):
        st.button(_("Delete for good"), key="empty-trash", on_click=_empty)
        st.button(_("Keep them"), key="keep-trash", on_click=_ask, args=(False,))


def _ask(ask: bool) -> None:
    st.session_state[_TO_CONFIRM] = ask


def _forget() -> None:
    st.session_state.pop(_DELETED, None)


def _empty() -> None:
    _ask(False)
    _forget()
    with problems.caught():
        trash.empty_trash(server.store())


def _restore(runs: Sequence[str]) -> None:
    """Bring runs back, and show the first of them where it is one."""
    with problems.caught():
        for run in runs:
            trash.restore(server.store(), run)
        if len(runs) == 1:
            session.set_current_run(runs[0])
    if set(st.session_state.get(_DELETED, ((),))[0]) & set(runs):
        _forget()
