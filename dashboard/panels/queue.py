"""The queue: what trains, what waits, in which order, and how many runs train at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from dashboard import server, session
from dashboard.controls.numbers import NumberField
from dashboard.session import problems
from dashboard.words.run_names import timed_name
from dashboard.words.translation import N_, _, ngettext, translated
from dashboard.words.wording import as_markdown, sentences
from mlcore.rules import Rule
from mlcore.runs import RunFolder, RunInfo
from mlcore.runs.active.active_runs import ActiveRun
from mlcore.runs.active.queue_file import MOST_AT_ONCE
from mlcore.runs.active.queue_snapshot import QueueSnapshot

__all__ = ["added_notice", "cancel", "note_added", "queue_panel", "where_it_waits"]

_AT_ONCE = "at-once"
_ADDED = "queue-added"
_FEW = Rule(N_("runs"), label=N_("Runs at once per device"), low=1, high=MOST_AT_ONCE)
_SHOWN = 20.0  # seconds in which the page says that a run was added
_LONGEST = 0.2  # seconds that a click waits for a run that has just started
_STATES = {
    "queued": N_("starting"),
    "running": N_("training"),
    "paused": N_("paused, keeps its slot"),
}
_BUTTONS = {
    "show": (N_("Show"), ":material/visibility:"),
    "earlier": (N_("Earlier"), ":material/arrow_upward:"),
    "later": (N_("Later"), ":material/arrow_downward:"),
    "cancel": (N_("Cancel"), ":material/close:"),
}


def queue_panel(queue: QueueSnapshot, runs: Sequence[RunInfo], shown: str) -> None:
    """The queue as a small table; nothing where the shown run is all there is."""
    slot = (
        st.container()
    )  # always there, so that what follows keeps its position, and the chart lives
    others = [one for one in queue.active if one.run != shown]
    if not (queue.waiting or others or (queue.active and queue.at_once > 1)):
        return
    by_id = {info.id: info for info in runs}
    with slot.container(border=True, key="queue", gap="small"):
        _head(queue)
        for one in queue.active:
            if one.run in by_id:
                _trains(one, by_id[one.run], shown)
        for run in queue.waiting:
            if run in by_id:
                _waits(queue, by_id[run], shown)


def where_it_waits(queue: QueueSnapshot, run: str) -> str:
    """A sentence on a run that waits; empty for one that does not."""
    if not (position := queue.position(run)):
        return ""
    text = ngettext(
        "Number {position} of {waiting} in the queue; {n} run at a time trains on a device.",
        "Number {position} of {waiting} in the queue; {n} runs at a time train on a device.",
        queue.at_once,
        position=position,
        waiting=len(queue.waiting),
    )
    if not any(one.state == "paused" for one in queue.active):
        return text
    return sentences(text, _("A paused run keeps its slot until it continues or is stopped."))


def note_added(run: str) -> None:
    """A run was added to the queue just now, and is not shown: say so for a while."""
    st.session_state[_ADDED] = (run, time.monotonic())


def added_notice(queue: QueueSnapshot, runs: Sequence[RunInfo], shown: str) -> None:
    """Say that a run waits, and offer to show it."""
    slot = st.container()
    run, when = st.session_state.get(_ADDED) or ("", 0.0)
    info = next((info for info in runs if info.id == run), None)
    position = queue.position(run)
    if info is None or run == shown or not position or time.monotonic() - when > _SHOWN:
        return
    with slot.container(
        horizontal=True, vertical_alignment="center", border=True, key="added", gap="small"
    ):
        text = _(
            "{run} waits in the queue, as number {position} of {waiting}.",
            run=as_markdown(timed_name(info)),
            position=position,
            waiting=len(queue.waiting),
        )
        st.markdown(text, width="content")
        st.space("stretch")
        st.button(_("Show it"), key=f"show-added-{run}", on_click=_show_added, args=(run,))
        st.button(_("Close"), key=f"close-added-{run}", type="tertiary", on_click=_forget_added)


def _show_added(run: str) -> None:
    _forget_added()
    session.set_current_run(run)


def _forget_added() -> None:
    st.session_state.pop(_ADDED, None)


def cancel(run: str) -> None:
    """Take a run out of the queue; one that has started meanwhile is stopped."""
    with problems.caught():
        server.queue().end(RunFolder(server.store().root / run), _LONGEST)


def _head(queue: QueueSnapshot) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**" + _("Queue") + "**", width="content")
        st.space("stretch")
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", width="content"
        ):
            st.caption(_("Runs at once per device"), width="content")
            # A tab or a shell may change it too.
            NumberField(_AT_ONCE, _("Runs at once per device"), queue.at_once, _FEW).draw(
                _set_at_once, label_visibility="collapsed", width=120
            )
    if queue.borrowers:
        st.caption(
            _(
                "So many train as long as sweep {sweep} is under way; then {usual} again.",
                sweep=as_markdown(", ".join(queue.borrowers)),
                usual=queue.usual,
            )
        )


def _trains(one: ActiveRun, info: RunInfo, shown: str) -> None:
    icon = ":material/pause:" if one.state == "paused" else ":material/play_arrow:"
    with _row(info, icon, translated(_STATES.get(one.state, one.state))):
        _show(info, shown)


def _waits(queue: QueueSnapshot, info: RunInfo, shown: str) -> None:
    position, last = queue.position(info.id), len(queue.waiting)
    with _row(info, f"{position}\\.", ""):
        _show(info, shown)
        _button("earlier", info, _move, position - 1, possible=position > 1)
        _button("later", info, _move, position + 1, possible=position < last)
        _button("cancel", info, cancel)


@contextmanager
def _row(info: RunInfo, mark: str, state: str) -> Iterator[None]:
    """One run; its buttons are drawn in the block, and stay together on a phone."""
    small = " · ".join(filter(None, (info.id[-4:], state)))
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"queue-{info.id}"
    ):
        name = as_markdown(timed_name(info))
        st.markdown(f"{mark} {name} :small[:gray[{small}]]", width="content")
        st.space("stretch")
        with st.container(horizontal=True, gap="small", width="content"):
            yield


def _show(info: RunInfo, shown: str) -> None:
    _button("show", info, session.set_current_run, possible=info.id != shown)


def _button(
    name: str, info: RunInfo, act: Callable[..., None], *more: int, possible: bool = True
) -> None:
    label, icon = _BUTTONS[name]
    st.button(
        translated(label),
        key=f"{name}-{info.id}",
        icon=icon,
        help=translated(label),
        type="tertiary",
        disabled=not possible,
        on_click=act,
        args=(info.id, *more),
    )


def _move(run: str, position: int) -> None:
    with problems.caught():
        server.queue().move(run, position)


def _set_at_once(wanted: int) -> None:
    with problems.caught():
        server.queue().set_at_once(wanted)
