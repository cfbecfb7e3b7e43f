"""How a sweep gets on, and what steers it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.controls.numbers import NumberField, forget
from dashboard.server.load import noted
from dashboard.server.sweeps import sweeps
from dashboard.session import problems
from dashboard.words.sweeps import counts, space_text, state_name
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown
from mlcore.sweeps import SweepSummary
from mlcore.sweeps.summary import SweepState
from mlcore.sweeps.sweep import JOBS, TRIALS
from mlcore.sweeps.trial import TrialState

__all__ = ["is_moving", "sweep_now"]

_PACE, _IDLE = 1.0, 4.0  # seconds between two looks while it runs, and else
_BADGES: Mapping[SweepState, tuple[str, str]] = {
    "running": (":material/play_arrow:", "green"),
    "stopped": (":material/stop:", "orange"),
    "finished": (":material/flag:", "blue"),
}
_ENDED: tuple[TrialState, ...] = ("complete", "pruned", "diverged", "stopped", "failed", "deleted")


def is_moving(found: SweepSummary) -> bool:
    """Whether a process runs the sweep, or is about to."""
    return found.state == "running" or sweeps().starting(found.sweep.name)


def sweep_now(found: SweepSummary) -> None:
    """State, progress and buttons, drawn again and again: another tab or a shell may go on."""
    moves = is_moving(found)
    pace = max(_PACE if moves else _IDLE, noted().least_pause)
    st.fragment(_now, run_every=pace)(found.sweep.name, moves=moves, best=_best(found))


@problems.friendly_errors()
def _now(name: str, *, moves: bool, best: int | None) -> None:
    found = sweeps().look(name)
    if is_moving(found) != moves or _best(found) != best:
        st.rerun()  # the buttons, the best trial and the pace of the charts follow
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
        error = None if moves else sweeps().error(name)
        if error is not None:
            st.error(as_markdown(sentence(error)), icon=":material/error:")


def _best(found: SweepSummary) -> int | None:
    return found.best.number if found.best else None


def _buttons(found: SweepSummary, *, moves: bool) -> None:
    name = found.sweep.name
    if moves:
        st.button(
            _("Stop"),
            key="stop-sweep",
            icon=":material/stop:",
            on_click=_do,
            args=("stop", name),
            help=_("Its runs stop with a checkpoint, and the sweep can be continued."),
        )
    elif found.state == "stopped":
        st.button(
            _("Continue"),
            key="continue-sweep",
            icon=":material/resume:",
            type="primary",
            on_click=_do,
            args=("go_on", name),
            help=_("Goes on where it stopped: no trial is lost, and none is run twice."),
        )
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
        sweeps().change(found.sweep.name, trials.value(), jobs.value())
        for field in (trials, jobs):
            forget(field.name)
        if found.state == "finished" and more:
            sweeps().go_on(found.sweep.name)


def _do(what: str, name: str) -> None:
    with problems.caught():
        if what == "stop":
            sweeps().stop(name)
        else:
            sweeps().go_on(name)
