"""The run in figures: its state, its progress, its losses and accuracies."""

from __future__ import annotations

import math
from typing import Literal

import streamlit as st

from dashboard.words.intervals import accuracy_range
from dashboard.words.progress import ACTIVE, Progress
from dashboard.words.translation import N_, _, ngettext, sentence, translated
from dashboard.words.wording import as_markdown, duration, figure, percent, signed
from mlcore.data import CATALOG
from mlcore.diagnosis import RECENT, recent_loss
from mlcore.events import Finished, Stopped
from mlcore.runs import History, State

__all__ = [
    "how_it_ended",
    "metric_with_note",
    "metrics",
    "run_facts",
    "status_badge",
    "troubles",
]

_Arrow = Literal["up", "down", "off"]
_BADGES: dict[State, tuple[str, str, str]] = {
    "queued": (N_("Starting"), ":material/hourglass_top:", "gray"),
    "running": (N_("Training"), ":material/play_arrow:", "green"),
    "paused": (N_("Paused"), ":material/pause:", "orange"),
    "finished": (N_("Finished"), ":material/flag:", "blue"),
    "stopped": (N_("Stopped"), ":material/stop:", "orange"),
    "failed": (N_("Failed"), ":material/error:", "red"),
    "lost": (N_("Lost"), ":material/help:", "red"),
}
_NO_ARROW: _Arrow = "off"
_ARROWS: dict[str, _Arrow] = {"+": "up", "\N{MINUS SIGN}": "down"}  # by the sign of a change
_WAITS = (N_("Queued"), ":material/schedule:", "gray")


def status_badge(state: State, *, waits: bool = False) -> None:
    """The state of the run, as a badge; `waits`: it is in the queue."""
    label, icon, color = _WAITS if waits else _BADGES[state]
    st.badge(translated(label), icon=icon, color=color)  # type: ignore[arg-type]


def how_it_ended(history: History, progress: Progress) -> None:
    """In two lines: why the run failed, or how it ended."""
    if history.error:
        st.markdown(f":red[{as_markdown(sentence(history.error))}]")
    else:
        st.caption(" · ".join(_end(history, progress)))


def troubles(history: History) -> None:
    """Why the run failed, whole, and what of it is damaged or did not reach a tracker."""
    if history.error:
        st.error(as_markdown(sentence(history.error)), icon=":material/error:")
    if history.damage:
        st.warning(as_markdown(sentence(history.damage)), icon=":material/broken_image:")
    for fault in history.trackers.values():
        st.warning(as_markdown(sentence(fault.as_error())), icon=":material/cloud_off:")


def run_facts(history: History) -> None:
    """One line: which run it is, and what it trains on."""
    st.caption(" · ".join([_("Run {run}", run=history.folder.id), *_start(history)]))


def metrics(history: History) -> None:
    """The latest figures, large; below each how it changed in the last epoch."""
    with st.container(horizontal=True, key="figures", gap="small"):
        _metric(
            _("Training loss"),
            figure(recent_loss(history.steps)),
            _loss_change(history),
            help=_(
                "Mean of the last {steps} steps; below it, how it differs from the same mean at "
                "the end of the epoch before.",
                steps=RECENT,
            ),
        )
        if _validated(history):
            _metric(
                _("Validation loss"),
                figure(_last(history, "validation_loss")),
                _change(history, "validation_loss"),
                help=_(
                    "The loss on images held out, at the end of the last epoch: where it rises "
                    "while the training loss falls, the network learns by heart."
                ),
            )
            _metric(
                _("Validation accuracy"),
                percent(_last(history, "validation_accuracy")),
                _change(history, "validation_accuracy"),
                points=True,
                help=_(
                    "The share of the held-out images whose likeliest class is the true one, at "
                    "the end of the last epoch."
                ),
            )
        _test_accuracy(history)


def _validated(history: History) -> bool:
    """Whether images are held out; before the run has started, as its settings say."""
    if history.started is not None:
        return bool(history.started.validation_images)
    return bool(history.folder.config.data.validation)


def _last(history: History, name: str) -> float | None:
    """A figure of the last epoch."""
    value: float | None = getattr(history.epochs[-1], name) if history.epochs else None
    return value


def _change(history: History, name: str) -> float | None:
    """How a figure of the last epoch differs from the epoch before."""
    if len(history.epochs) < 2:
        return None
    before, now = (getattr(epoch, name) for epoch in history.epochs[-2:])
    return None if now is None or before is None else now - before


def _loss_change(history: History) -> float | None:
    """How the mean loss of the last steps differs from that at the end of the epoch before."""
    ends = [epoch.step for epoch in history.epochs if epoch.step < history.step]
    now = recent_loss(history.steps)
    before = recent_loss(history.steps[: ends[-1]]) if ends else None
    return None if now is None or before is None else now - before


def _test_accuracy(history: History) -> None:
    outcome = history.outcome if isinstance(history.outcome, Finished) else None
    if outcome is None:
        ended = history.state not in ACTIVE
        metric_with_note(
            _("Test accuracy"),
            percent(None),
            _("on the page Test") if ended else _("at the end"),
            help=_("Measured once, at the end, so that nothing is fitted to the test images."),
        )
        return
    images = CATALOG[history.folder.config.data.name].test_images
    metric_with_note(
        _("Test accuracy"),
        percent(outcome.test_accuracy),
        _("loss {loss}", loss=figure(outcome.test_loss)),
        help=_(
            "{range}. So much is left open by the number of test images.",
            range=accuracy_range(round(outcome.test_accuracy * images), images),
        ),
    )


def metric_with_note(label: str, value: str, note: str, help: str | None = None) -> None:
    """A large figure, and a note below it."""
    st.metric(
        label,
        value,
        note,
        delta_color="off",
        delta_arrow="off",
        help=help,
        border=True,
        height="stretch",
    )


def _metric(
    label: str,
    value: str,
    change: float | None,
    *,
    points: bool = False,
    help: str | None = None,
) -> None:
    """A large figure and its change; `points`: it is an accuracy, which changes by points.

    The change has no colour: whether a run is any good is not said by its last epoch.
    """
    delta, arrow = None, _NO_ARROW
    if change is not None and math.isfinite(change):
        number = signed(change * 100, 2, plus=True) if points else signed(change, plus=True)
        arrow = _ARROWS.get(number[0], _NO_ARROW)
        number = "±0" if arrow == _NO_ARROW else number
        delta = _("{change} points", change=number) if points else number
    st.metric(
        label,
        value,
        delta,
        delta_color="off",
        delta_arrow=arrow,
        help=help,
        border=True,
        height="stretch",
    )


def _start(history: History) -> list[str]:
    """What the run trains on."""
    started = history.started
    if started is None:
        return []
    facts = [started.device]
    if started.device == "cpu":
        facts = [ngettext("cpu, {n} thread", "cpu, {n} threads", started.threads)]
    if started.processes > 1:
        facts.append(ngettext("{n} process", "{n} processes", started.processes))
    facts.append(ngettext("{n:,} training image", "{n:,} training images", started.train_images))
    if started.validation_images:
        facts.append(ngettext("{n:,} held out", "{n:,} held out", started.validation_images))
    return facts


def _end(history: History, progress: Progress) -> list[str]:
    """How the run ended; empty while it is active."""
    outcome = history.outcome
    if isinstance(outcome, Finished):
        seconds = duration(outcome.seconds)
        if outcome.early:
            return [_("ended by early stopping after {time} of training", time=seconds)]
        return [_("ended after {time} of training", time=seconds)]
    if isinstance(outcome, Stopped):
        if outcome.reason == "cancelled":
            return [_("cancelled before it started")]
        if outcome.reason == "packed":
            return [_("packed at step {step:,}, as it trained", step=outcome.step)]
        kept = _("model kept from step {step:,}", step=outcome.step)
        if outcome.reason == "shutdown":
            return [_("stopped when its server was shut down"), kept]
        if outcome.reason == "pruned":
            return [_("stopped by its sweep, as other trials did better"), kept]
        if outcome.reason == "superseded":
            return [_("stopped, as its trial goes on in another run of its sweep"), kept]
        return [kept]
    if history.state in ("failed", "lost") and progress.step:
        return [_("ended at step {step:,}", step=progress.step)]
    return []
