"""Which run the Train page shows, and the list to choose another from."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from dashboard import server, session
from dashboard.progress import ACTIVE, run_label
from mlcore.runs import RunInfo

__all__ = ["called", "chosen_run", "pick_run", "told_apart"]

_LISTED = 200


def chosen_run(runs: Sequence[RunInfo]) -> RunInfo | None:
    """The run that the address names, else the newest that trains or waits, else the newest.

    Says so when the address names a run that is not there.
    """
    wanted = session.current_run()
    by_id = {info.id: info for info in runs}
    if wanted in by_id:
        return by_id[wanted]
    if wanted:
        st.warning(
            f"There is no run {wanted} in {server.runs_root()}: the address is old, or the run "
            "was deleted.",
            icon=":material/link_off:",
        )
    newest = [info for info in runs if info.state in ACTIVE]
    trains = next((info for info in newest if info.state != "queued"), None)
    found = trains or next(iter(newest or runs), None)
    session.set_current_run(found.id if found else None)
    session.write_address(session.config())
    return found


def pick_run(runs: Sequence[RunInfo], shown: RunInfo) -> None:
    """A list of the runs, newest first, with the shown one chosen."""
    listed = list(runs[:_LISTED])
    if shown not in listed:
        listed.append(shown)
    labels = told_apart(
        [replace(info, tags=()) if info == shown else info for info in listed],  # they stand below
        lambda info: run_label(info, _when(info.created)),
    )
    st.session_state["run-choice"] = shown.id  # always, so that the browser hears of a new label
    st.selectbox(
        "Run",
        list(labels),
        format_func=lambda run: labels.get(run, run),
        key="run-choice",
        on_change=_take_choice,
        label_visibility="collapsed",
        width=280,
    )


def called(info: RunInfo) -> str:
    """What a run is called: its name, else when it was made."""
    return info.name or _when(info.created)


def _take_choice() -> None:
    chosen = st.session_state["run-choice"]
    # The browser answers with the label. One that has changed since ("running" has become
    # "finished") comes back as it was, and is no choice of anybody.
    if any(info.id == chosen for info in server.store().list()):
        session.set_current_run(chosen)


def told_apart(runs: Sequence[RunInfo], label: Callable[[RunInfo], str]) -> dict[str, str]:
    """A label for each run, by id; runs that would read the same get the end of their id."""
    labels = {info.id: label(info) for info in runs}
    count = Counter(labels.values())
    return {
        run: f"{text} ({run[-4:]})" if count[text] > 1 else text for run, text in labels.items()
    }


def _when(created: float) -> str:
    """The moment as a person says it: "today 14:05:10", "23 Nov 14:05:10"."""
    then, now = time.localtime(created), time.localtime()
    clock = time.strftime("%H:%M:%S", then)
    if then[:3] == now[:3]:
        return f"Today {clock}"
    return f"{then.tm_mday} {time.strftime('%b', then)} {clock}"
