"""The queue: what trains, what waits, in which order, and how many runs train at once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import session
from dashboard.panels.picker import called
from dashboard.problems import tried
from dashboard.wording import as_markdown, counted
from mlcore.runs import RunFolder, RunInfo
from mlcore.runs.lineup import MOST_AT_ONCE
from mlcore.runs.living import Training
from mlcore.runs.queue import Look

__all__ = ["cancel", "queue_panel", "where_it_waits"]

_AT_ONCE = "at-once"
_LONGEST = 0.2  # seconds that a click waits for a run that has just begun
_STATES = {"queued": "starting", "running": "training", "paused": "paused, keeps its place"}


def queue_panel(look: Look, runs: Sequence[RunInfo], shown: str) -> None:
    """The queue as a small table; nothing where the shown run is all there is."""
    place = st.empty()  # always there, so that what follows keeps its place, and the chart its node
    others = [one for one in look.training if one.run != shown]
    if not (look.waiting or others or (look.training and look.at_once > 1)):
        return
    by_id = {info.id: info for info in runs}
    with place.container(border=True, key="queue", gap="small"):
        _head(look)
        for one in look.training:
            if one.run in by_id:
                _trains(one, by_id[one.run], shown)
        for run in look.waiting:
            if run in by_id:
                _waits(look, by_id[run], shown)


def where_it_waits(look: Look, run: str) -> str:
    """A sentence on a run that waits; empty for one that does not."""
    if not (place := look.place(run)):
        return ""
    many = counted(look.at_once, "run")
    train = "trains" if look.at_once == 1 else "train"
    words = f"Waits as number {place} of {len(look.waiting)}; {many} at a time {train} on a device."
    if any(one.state == "paused" for one in look.training):
        words += " A paused run keeps its place until it goes on or is stopped."
    return words


def cancel(run: str) -> None:
    """Take a run out of the queue; one that has begun meanwhile is stopped."""
    with tried():
        session.queue().end(RunFolder(session.store().root / run), _LONGEST)


def _head(look: Look) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Queue**", width="content")
        st.space("stretch")
        st.markdown("Runs at once per device", width="content")
        st.session_state[_AT_ONCE] = look.at_once  # always: another tab or a shell may change it
        st.number_input(
            "Runs at once per device",
            min_value=1,
            max_value=MOST_AT_ONCE,
            key=_AT_ONCE,
            on_change=_set_at_once,
            label_visibility="collapsed",
            width=120,
        )


def _trains(one: Training, info: RunInfo, shown: str) -> None:
    with _row(one.run):
        icon = "pause" if one.state == "paused" else "play_arrow"
        _label(f":material/{icon}:", info, _STATES.get(one.state, one.state))
        _show(info, shown)


def _waits(look: Look, info: RunInfo, shown: str) -> None:
    place, last = look.place(info.id), len(look.waiting)
    with _row(info.id):
        _label(f"{place}.", info, "waits")
        _show(info, shown)
        for label, icon, to in (
            ("Earlier", "arrow_upward", place - 1),
            ("Later", "arrow_downward", place + 1),
        ):
            st.button(
                "",
                key=f"{label.lower()}-{info.id}",
                icon=f":material/{icon}:",
                help=label,
                type="tertiary",
                disabled=not 1 <= to <= last,
                on_click=_move,
                args=(info.id, to),
            )
        st.button(
            "",
            key=f"cancel-{info.id}",
            icon=":material/close:",
            help="Cancel",
            type="tertiary",
            on_click=cancel,
            args=(info.id,),
        )


def _row(run: str) -> st.delta_generator.DeltaGenerator:
    return st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"queue-{run}"
    )


def _label(mark: str, info: RunInfo, state: str) -> None:
    name = as_markdown(called(info))
    st.markdown(f"{mark} {name} :small[:gray[{info.id[-4:]} · {state}]]", width="content")
    st.space("stretch")


def _show(info: RunInfo, shown: str) -> None:
    st.button(
        "Shown" if info.id == shown else "Show",
        key=f"show-{info.id}",
        type="tertiary",
        disabled=info.id == shown,
        on_click=session.set_current_run,
        args=(info.id,),
    )


def _move(run: str, place: int) -> None:
    with tried():
        session.queue().move(run, place)


def _set_at_once() -> None:
    with tried():
        session.queue().set_at_once(int(st.session_state[_AT_ONCE]))
