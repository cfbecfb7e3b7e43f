"""Which run the Train page shows, and the list to choose another from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard import server, session
from dashboard.gaps.widgets import show
from dashboard.panels import trash
from dashboard.session import problems
from dashboard.words.progress import ACTIVE
from dashboard.words.run_names import distinct_labels, short_label
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown
from mlcore.errors import RunError
from mlcore.runs import RunInfo

__all__ = ["choose_run", "shown_run"]

_KEY = "run-choice"
_LISTED = 200
_NAMED = 5  # runs that cannot be read, at most


def shown_run(runs: Sequence[RunInfo]) -> RunInfo | None:
    """The run that the address names, else the newest that trains or waits, else the newest.

    Says so, until the next click, when the address names a run that does not exist.
    """
    wanted = session.current_run()
    by_id = {info.id: info for info in runs}
    if wanted in by_id:
        return by_id[wanted]
    if wanted and wanted in (unreadable := server.store().unreadable):
        problems.report(unreadable[wanted], "address")
    elif wanted and not trash.note_deleted(wanted):
        problems.report(
            RunError(
                "There is no run {run} in {folder}: the address is old, or the run was deleted.",
                run=wanted,
                folder=server.runs_root(),
            ),
            "address",
        )
    active = [info for info in runs if info.state in ACTIVE]
    trains = next((info for info in active if info.state != "queued"), None)
    found = trains or next(iter(active or runs), None)
    session.set_current_run(found.id if found else None)
    session.write_address(session.config())
    return found


def choose_run(runs: Sequence[RunInfo], shown: RunInfo) -> None:
    """A list of the runs, newest first, with the shown one chosen."""
    listed = list(runs[:_LISTED])
    if shown not in listed:
        listed.append(shown)
    labels = distinct_labels(
        [replace(info, tags=()) if info == shown else info for info in listed],  # drawn below
        short_label,  # its figure below says the range of its accuracy
    )
    st.selectbox(
        _("Run"),
        list(labels),
        index=list(labels).index(shown.id),
        format_func=lambda run: labels.get(run, run),
        key=show(_KEY, shown.id, _choose, edition=labels[shown.id]).key,
        label_visibility="collapsed",
        help=_left_out(),
    )


def _left_out() -> str | None:
    """Why runs of the folder are missing in the list, a paragraph each; None: none is."""
    errors = list(server.store().unreadable.values())[:_NAMED]
    return "\n\n".join(as_markdown(sentence(error)) for error in errors) or None


def _choose(chosen: str) -> None:
    # The browser answers with the label. One that has changed since ("running" has become
    # "finished") comes back as it was, and is nobody's choice.
    if any(info.id == chosen for info in server.store().list()):
        session.set_current_run(chosen)
