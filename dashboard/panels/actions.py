"""What can be done: train, and continue a run that has ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.controls.numbers import NumberField
from dashboard.panels.queue import note_added
from dashboard.server.data_sets import why_not_trainable
from dashboard.server.histories import history_of
from dashboard.session import first_steps, problems
from dashboard.words.translation import N_, _, ngettext, sentence
from mlcore.config import RunConfig
from mlcore.events import Finished, Stopped
from mlcore.rules import Rule
from mlcore.runs import ENDED, History, RunFolder
from mlcore.runs.active.queue_snapshot import QueueSnapshot
from mlcore.runs.record.folder import checkpoint_step
from mlcore.runs.record.messages import lost_checkpoints
from mlcore.trackers.catalog import check_trackers

__all__ = [
    "accept_clicks",
    "continue_training",
    "start_run",
    "train",
    "train_button",
]

_CLICKED, _MORE = "train-clicked", "more-epochs"
_MOST = 1_000  # epochs that one click adds
_AT_ONCE, _POLL = 0.4, 0.01  # seconds


def train_button(queue: QueueSnapshot, key: str = "train", *, quiet: bool = False) -> None:
    """The button that starts a run, or adds it to the queue.

    Args:
        queue: what trains and what waits.
        key: of the button; a page may have two, which do the same.
        quiet: the other one of the page invites, and this one does not compete with it.
    """
    config = session.config()
    reason = why_not_trainable(config)
    if queue.active and (config is None or server.jobs().would_wait(config, queue)):
        label, icon = _("Add to queue"), ":material/playlist_add:"
        hint = _("While a run trains on this device, a new one waits until it is free.")
    else:
        label, icon = _("Train"), ":material/play_arrow:"
        hint = _("Starts a run with the settings of the sidebar.")
    st.button(
        label,
        key=key,
        type="secondary" if quiet else "primary",
        icon=icon,
        disabled=config is not None and reason is not None,  # a value may be mended by this click
        help=sentence(reason) if reason else hint,
        on_click=train,
    )


def accept_clicks() -> None:
    """The whole page has been drawn: the next click on Train is a new one."""
    st.session_state[_CLICKED] = None


def continue_training(history: History, epochs: int) -> None:
    """The button that continues a run that has ended; nothing for one that is active.

    Args:
        history: of the run.
        epochs: those that it was to train.
    """
    if history.state not in ENDED:
        return
    with st.container(key="continue-run"):
        if history.state == "finished":
            _more_epochs(history, epochs)
        else:
            _resume_button(history)


def _resume_button(history: History) -> None:
    """Resumes a run that was stopped, failed or lost, or never started."""
    last, outcome = history.folder.last_checkpoint(), history.outcome
    icon = ":material/play_arrow:"
    gone = lost_checkpoints(history.folder)
    if gone is not None:
        label, hint = _("Start it again"), sentence(gone)
    elif isinstance(outcome, Stopped) and outcome.reason == "cancelled":
        label, hint = _("Start it"), _("It starts when its device is free.")
    elif last is None:
        label = _("Start it again")
        hint = _("No checkpoint was written yet, so the run starts over, with the same settings.")
    else:
        label = _("Resume from step {step:,}", step=max(0, checkpoint_step(last)))
        hint = _("Continues from the run's last checkpoint as if nothing had happened.")
        icon = ":material/resume:"
    st.button(
        label,
        key="resume",
        icon=icon,
        help=hint,
        disabled=gone is not None,
        on_click=_resume,
        args=(history.folder.id, None),
    )


def _more_epochs(history: History, epochs: int) -> None:
    """Resumes a finished run; for how long is asked first."""
    hint = _("Continues this run: same model, same optimizer, more epochs.")
    changes: dict[str, Any] = {}
    if isinstance(history.outcome, Finished) and history.outcome.early:
        epochs, changes = history.outcome.epoch, {"train.patience": 0}
        hint = _(
            "Continues this run: same model, same optimizer, more epochs. Early stopping, which "
            "ended it, is turned off."
        )
    run = history.folder.id
    with st.popover(
        _("More epochs"),
        key=f"extend-{run}",
        icon=":material/forward:",
        help=_("Lets the run learn longer, from where it ended."),
    ):
        count = _more_field().draw(help=_("How many times each training image is used once more."))
        st.button(
            _("Train more epochs")
            if count is None
            else ngettext("Train {n:,} more epoch", "Train {n:,} more epochs", count),
            key="extend",
            type="primary",
            help=hint,
            on_click=_train_more,
            args=(run, epochs, changes),
        )


def _more_field() -> NumberField:
    rule = Rule(N_("epochs that one click adds"), label=N_("More epochs"), low=1, high=_MOST)
    return NumberField(_MORE, _("More epochs"), 5, rule)


def train() -> None:
    """Start a run with the settings of the sidebar, as they are at the click."""
    config = session.config()
    if reason := why_not_trainable(config):
        problems.report(reason)
    else:
        start_run(config)


def _train_more(run: str, epochs: int, changes: Mapping[str, Any]) -> None:
    """Resume a finished run for as many epochs as the field says at the click."""
    with problems.caught():
        done = history_of(RunFolder(server.store().root / run)).epochs_done
        more = max(epochs, done) + _more_field().value()  # the epochs may have been lowered
        server.jobs().resume_run(run, {"train.epochs": more, **changes})
        _wait_for_first_steps(run)


def start_run(
    config: RunConfig | None,
    *,
    checkpoint: Path | None = None,
    parent: str | None = None,
    seeds: int = 1,
) -> None:
    """Start a run and show it; a second call for the same run does nothing until `accept_clicks`.

    One that has to wait is not shown: the page stays where it is, and says that the run waits.

    Args:
        config: its settings; None while one is refused.
        checkpoint: file to start from.
        parent: id of the run that it is forked from.
        seeds: how many runs, which differ only in the seed; the first is shown.
    """
    asked = config, checkpoint, parent, seeds
    if config is None or st.session_state.get(_CLICKED) == asked:
        return  # Streamlit may repeat a click that a re-run cut short, and people double-click
    st.session_state[_CLICKED] = asked
    with problems.caught():
        track = check_trackers(session.trackers())
        before = server.queue().snapshot()
        waits = bool(before.active) and server.jobs().would_wait(config, before)
        if seeds > 1:
            run, *_others = server.jobs().start_experiment(config, seeds, track=track)
        else:
            run = server.jobs().start_run(config, checkpoint=checkpoint, parent=parent, track=track)
        if waits and session.current_run() and server.queue().snapshot().position(run):
            note_added(run)
            return
        first_steps.note("train")
        session.set_current_run(run)
        _wait_for_first_steps(run)


def _resume(run: str, changes: Mapping[str, Any] | None) -> None:
    with problems.caught():
        server.jobs().resume_run(run, changes)
        _wait_for_first_steps(run)


def _wait_for_first_steps(run: str) -> None:
    """Wait a moment for a run to start: then the page is drawn once, with its first losses.

    With a warm worker that takes less than a tenth of a second. A run that waits in the queue, or
    takes longer, is drawn as it is.
    """
    folder, end = RunFolder(server.store().root / run), time.monotonic() + _AT_ONCE
    while time.monotonic() < end:
        history = history_of(folder)
        if history.state in ENDED or (history.state != "queued" and history.step):
            return
        if server.queue().snapshot().position(run):
            return
        time.sleep(_POLL)
