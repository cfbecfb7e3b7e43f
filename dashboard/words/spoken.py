"""A run in words: what its chart shows, and what has just happened, for readers of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dashboard.words.progress import ACTIVE
from dashboard.words.translation import N_, _, ngettext, sentence, translated
from dashboard.words.wording import figure, percent, sentences
from mlcore.diagnosis import recent_loss
from mlcore.events import Finished
from mlcore.runs import History, State

__all__ = ["chart_words", "news"]

_STATES: Mapping[State, str] = {
    "queued": N_("Waiting to start."),
    "running": N_("Training."),
    "paused": N_("Paused."),
    "finished": N_("Finished."),
    "stopped": N_("Stopped."),
    "failed": N_("Failed."),
    "lost": N_("Lost."),
}
_SAME = 0.02  # relative change of the loss below which it neither falls nor rises


def chart_words(history: History, name: str, others: int = 0) -> str:
    """What the chart of a run shows: how far it is, its loss and where that goes, its accuracy.

    Args:
        history: of the run.
        name: of the run.
        others: how many runs are drawn beside it.
    """
    finite = np.isfinite(history.steps)
    losses = history.steps[finite].astype(np.float64)  # so that the mean of 1e38 is finite too
    parts = [_("Chart of the losses of {run}.", run=name), translated(_STATES[history.state])]
    if len(losses):
        parts.append(
            _(
                "At step {step:,} the training loss is {loss}, {trend}.",
                step=history.step,
                loss=figure(recent_loss(history.steps)),
                trend=_trend(losses),
            )
        )
    else:
        parts.append(_("It has no step yet."))
    last = history.epochs[-1] if history.epochs else None
    if last is not None and last.validation_accuracy is not None:
        accuracy = percent(last.validation_accuracy)
        parts.append(
            _(
                "After epoch {epoch:,} it gets {accuracy} right.",
                epoch=last.epoch,
                accuracy=accuracy,
            )
        )
    if others:
        parts.append(
            ngettext(
                "{n} other run is drawn beside it.", "{n} other runs are drawn beside it.", others
            )
        )
    if history.epochs:
        parts.append(_("The table of epochs has its figures."))
    return sentences(*parts)


def news(history: History, warning: str = "") -> dict[str, Any]:
    """What has just happened to a run: "text", its "state", and whether it has "ended".

    Args:
        history: of the run.
        warning: what is wrong with it; read out once, when it is new.
    """
    state = history.state
    return {
        "text": _news(history),
        "state": state,
        "ended": state not in ACTIVE,
        "warning": warning,
    }


def _news(history: History) -> str:
    state, outcome = history.state, history.outcome
    if state == "queued":
        return _("The run waits to start.")
    if state == "paused":
        return _("Paused at step {step:,}.", step=history.step)
    if state == "running":
        return _epoch(history) if history.epochs else _("Training has started.")
    if isinstance(outcome, Finished):
        accuracy = percent(outcome.test_accuracy)
        return _("Finished. Test accuracy: {accuracy}.", accuracy=accuracy)
    if history.error is not None:
        return _("The run has failed. {reason}", reason=sentence(history.error))
    return _("Stopped at step {step:,}.", step=history.step)


def _epoch(history: History) -> str:
    last = history.epochs[-1]
    values = {
        "epoch": last.epoch,
        "epochs": history.length.epochs or history.folder.config.train.epochs,
        "loss": figure(last.train_loss),
    }
    if last.validation_accuracy is None:
        return _("Epoch {epoch:,} of {epochs:,} is done: training loss {loss}.", **values)
    return _(
        "Epoch {epoch:,} of {epochs:,} is done: training loss {loss}, validation accuracy "
        "{accuracy}.",
        accuracy=percent(last.validation_accuracy),
        **values,
    )


def _trend(losses: np.ndarray[Any, Any]) -> str:
    """Where the loss goes: its last tenth against the tenth before, of the finite ones."""
    losses = losses[np.isfinite(losses)]
    if len(losses) < 4:
        return _("about level")
    part = max(1, len(losses) // 10)
    now, before = float(losses[-part:].mean()), float(losses[-2 * part : -part].mean())
    if not before or abs(now - before) < _SAME * abs(before):
        return _("about level")
    return _("falling") if now < before else _("rising")
