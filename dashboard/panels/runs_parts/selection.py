"""What can be done with the selected runs: tag them, delete them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.panels.runs_parts.table import row_name
from dashboard.panels.trash import delete_runs
from dashboard.session import problems, run_view
from dashboard.words.progress import ACTIVE
from dashboard.words.translation import _, ngettext
from mlcore.runs import RunFolder, RunInfo
from mlcore.runs.library.label import change_tags, read_label

__all__ = ["selection_bar"]

_TO_ADD, _TO_REMOVE, _EDITION = "runs-tags-add", "runs-tags-remove", "runs-tags-edition"


def selection_bar(selected: Sequence[RunInfo]) -> None:
    """One row: how many runs are selected, and what to do with them."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="runs-selected"
    ):
        if not selected:
            st.caption(_("Select runs to compare, tag or delete them."))
            return
        count = ngettext("{n:,} run selected", "{n:,} runs selected", len(selected))
        st.markdown(f"**{count}**", width="content")
        _tag(selected)
        _delete(selected)
        st.button(
            _("Clear selection"),
            key="runs-clear",
            type="tertiary",
            on_click=run_view.select,
            args=((),),
            help=_("Selects nothing; no run is changed."),
        )


def _tag(selected: Sequence[RunInfo]) -> None:
    with st.popover(
        _("Tag"),
        icon=":material/sell:",
        key="runs-tag",
        help=_("Gives the selected runs tags, or takes them away."),
    ):
        edition = st.session_state.get(_EDITION, 0)
        theirs = list(dict.fromkeys(tag for info in selected for tag in info.tags))
        add = st.text_input(
            _("Tags to add"),
            key=f"{_TO_ADD}-{edition}",
            placeholder=_("homework lecture-3"),
            help=_("Words with a blank between them."),
        )
        remove = (
            st.pills(
                _("Tags to remove"),
                theirs,
                selection_mode="multi",
                key=f"{_TO_REMOVE}-{edition}",
                help=_("These are taken away from the selected runs."),
            )
            if theirs
            else []
        )
        st.button(
            ngettext("Tag {n:,} run", "Tag {n:,} runs", len(selected)),
            key="runs-tag-apply",
            type="primary",
            disabled=not add.strip() and not remove,
            on_click=_apply,
            args=([info.path for info in selected], edition),
        )


def _apply(paths: Sequence[Path], edition: int) -> None:
    """Give and take the tags that are chosen at the click."""
    typed = str(st.session_state.get(f"{_TO_ADD}-{edition}") or "")
    add = [word.lstrip("#") for word in typed.replace(",", " ").split()]
    remove = {str(tag).casefold() for tag in st.session_state.get(f"{_TO_REMOVE}-{edition}") or []}
    with problems.caught():
        for path in paths:
            folder = RunFolder(path)
            has = {tag.casefold() for tag in read_label(folder).tags}
            change_tags(folder, add, has & remove)
        st.session_state[_EDITION] = edition + 1  # the next one is another, and empty


def _delete(selected: Sequence[RunInfo]) -> None:
    """Moves the runs to the trash; where some train, only after a second click."""
    active = sum(info.state in ACTIVE for info in selected)
    hint = _("They go to the trash, and can be restored.")
    if not active:
        st.button(
            _("Delete"),
            key="runs-delete",
            icon=":material/delete:",
            help=hint,
            on_click=_delete_now,
            args=(selected,),
        )
        return
    with st.popover(_("Delete"), icon=":material/delete:", key="runs-delete-active", help=hint):
        st.markdown(
            ngettext(
                "{n:,} of them trains or waits to. Stop it, and move all to the trash?",
                "{n:,} of them train or wait to. Stop these, and move all to the trash?",
                active,
            )
        )
        st.button(
            _("Stop and delete"),
            key="runs-delete",
            on_click=_delete_now,
            args=(selected,),
            help=_("Stops what trains, and moves all selected runs to the trash."),
        )


def _delete_now(selected: Sequence[RunInfo]) -> None:
    with problems.caught():
        delete_runs(selected, row_name(selected[0]) if len(selected) == 1 else "")
        run_view.select(())
