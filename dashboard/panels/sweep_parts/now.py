"""How a sweep gets on, and what steers it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

import streamlit as st

from dashboard.controls.numbers import NumberField, forget
from dashboard.server.load import noted
from dashboard.server.sweeps import key_of, sweep_at, sweeps
from dashboard.session import problems
from dashboard.words.sweeps import counts, host_text, space_text, state_name
from dashboard.words.translation import _, ngettext, sentence
from dashboard.words.wording import as_markdown, listed_apart, sentences
from mlcore.errors import MlcoreError
from mlcore.sweeps import SweepSummary
from mlcore.sweeps.summary import SweepState
from mlcore.sweeps.sweep import JOBS, TRIALS
from mlcore.sweeps.trial import TRIAL_WORDS, TrialState

__all__ = ["is_moving", "look_at_trials", "sweep_now"]

_PACE, _IDLE = 1.0, 4.0  # seconds between two looks while it runs, and else
_BADGES: Mapping[SweepState, tuple[str, str]] = {
    "running": (":material/play_arrow:", "green"),
    "stopped": (":material/stop:", "orange"),
    "finished": (":material/flag:", "blue"),
}
_Deed = Literal["stop", "go_on", "leave"]
_KEYS: Mapping[_Deed, str] = {"stop": "stop", "go_on": "continue", "leave": "leave"}
_ENDED: tuple[TrialState, ...] = ("complete", "pruned", "diverged", "stopped", "failed", "deleted")


def is_moving(found: SweepSummary) -> bool:
    """Whether a process runs the sweep, or is about to."""
    place, name = sweep_at(key_of(found))
    return found.state == "running" or (found.state == "stopped" and place.starting(name))


def sweep_now(found: SweepSummary) -> None:
    """State, progress and buttons, drawn again and again: another tab or a shell may go on."""
    moves = is_moving(found)
    pace = max(_PACE if moves else _IDLE, noted().least_pause)
    st.fragment(_now, run_every=pace)(key_of(found), moves=moves, drawn=_drawn(found))


def look_at_trials(key: str) -> SweepSummary | None:
    """The sweep as it is now; None where it has no trial yet, which is said, or cannot be read."""
    place, name = sweep_at(key)
    try:
        found = place.look(name)
    except MlcoreError:  # `sweep_now` says it
        return None
    if found.trials:
        return found
    st.caption(_("No trial has begun yet."))
    return None


def _drawn(found: SweepSummary) -> tuple[object, ...]:
    """What the page around is drawn of: charts and table follow by themselves while it moves."""
    still = () if is_moving(found) else tuple(found.count(state) for state in TRIAL_WORDS)
    return found.count("complete"), bool(found.trials), still


@problems.friendly_errors()
def _now(key: str, *, moves: bool, drawn: tuple[object, ...]) -> None:
    place, name = sweep_at(key)
    found = place.look(name)
    if is_moving(found) != moves or _drawn(found) != drawn:
        st.rerun()  # the buttons, the best trials and the pace of the charts follow
    with st.container(border=True, key="sweep-now", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            icon, colour = _BADGES[found.state]
            if moves and found.state != "running":
                st.badge(_("Starting"), icon=":material/hourglass_top:", color="gray")
            else:
                st.badge(state_name(found).capitalize(), icon=icon, color=colour)  # type: ignore[arg-type]
            st.markdown(as_markdown(space_text(found.sweep.space)), width="stretch")
            _buttons(found, moves=moves)
        ended = found.count(*_ENDED)
        st.progress(min(1.0, ended / found.sweep.trials), text=as_markdown(counts(found)))
        if found.database:
            st.caption(as_markdown(_machines(found)))
        error = None if moves else place.error(name)
        if error is not None:
            st.error(as_markdown(sentence(error)), icon=":material/error:")


def _machines(found: SweepSummary) -> str:
    """Who has which trials of a sweep of many machines."""
    text = _("A sweep of many machines, in the database that they share.")
    hosts = Counter(host_text(one) for one in found.trials)
    trials = [
        ngettext("{n:,} trial {where}", "{n:,} trials {where}", count, where=where)
        for where, count in hosts.most_common()
    ]
    return sentences(text, listed_apart(trials))


def _buttons(found: SweepSummary, *, moves: bool) -> None:
    name, key = found.sweep.name, key_of(found)
    if found.database:
        _worker_buttons(found)
    elif found.state == "stopped" and not moves:
        _deed(
            "go_on",
            key,
            _("Continue"),
            ":material/resume:",
            _("Goes on where it stopped: no trial is lost, and none is run twice."),
            primary=True,
        )
    if moves:
        where = _("On all machines.") if found.database else ""
        what = _("Its runs stop with a checkpoint, and the sweep can be continued.")
        _deed("stop", key, _("Stop"), ":material/stop:", sentences(where, what))
    with st.popover(
        _("Trials"),
        icon=":material/tune:",
        key=f"sweep-numbers-{name}",
        help=_("How many trials there are in all, and how many train at once."),
    ):
        trials, jobs = _fields(found)
        trials.draw(width=160, help=_("More trials than before go on from what was learned."))
        jobs.draw(width=160, help=_("They share the cores."))
        st.button(
            _("Change"),
            key="change-sweep",
            type="primary",
            on_click=_change,
            args=(found,),
            help=_("Also while the sweep runs; a finished one goes on where trials were added."),
        )


def _worker_buttons(found: SweepSummary) -> None:
    """What this machine does for a sweep of many."""
    key = key_of(found)
    if sweeps().database.works_here(found.sweep.name):
        _deed(
            "leave",
            key,
            _("Leave"),
            ":material/logout:",
            _("The worker here ends; others take its trials over, or it does when it comes back."),
        )
    elif found.state != "finished":
        _deed(
            "go_on",
            key,
            _("Work on it here"),
            ":material/computer:",
            _(
                "Starts a worker on the machine of this page, whose runs lie beside the others; a "
                "sweep that was stopped goes on, on all machines."
            ),
            primary=found.state == "stopped",
        )


def _deed(
    what: _Deed, key: str, label: str, icon: str, help: str, *, primary: bool = False
) -> None:
    st.button(
        label,
        key=f"{_KEYS[what]}-sweep",
        icon=icon,
        type="primary" if primary else "secondary",
        on_click=_do,
        args=(what, key),
        help=help,
    )


def _fields(found: SweepSummary) -> tuple[NumberField, NumberField]:
    name, sweep = found.sweep.name, found.sweep
    return (
        NumberField(f"sweep-{name}-trials", _("Trials in all"), sweep.trials, TRIALS),
        NumberField(f"sweep-{name}-jobs", _("Trials at once"), sweep.jobs, JOBS),
    )


def _change(found: SweepSummary) -> None:
    with problems.caught():
        trials, jobs = _fields(found)
        more = trials.value() > len(found.trials)
        place, name = sweep_at(key_of(found))
        place.change(name, trials.value(), jobs.value())
        for field in (trials, jobs):
            forget(field.name)
        if found.state == "finished" and more:
            place.go_on(name)


def _do(what: _Deed, key: str) -> None:
    place, name = sweep_at(key)
    with problems.caught():
        match what:
            case "stop":
                place.stop(name)
            case "go_on":
                place.go_on(name)
            case "leave":
                sweeps().database.leave(name)
