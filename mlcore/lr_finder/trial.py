"""What a trial says of a suggested rate: pure, from the losses with it and with the usual one.

Only losses on images that were not trained on count, with the model as it is used (the running
statistics of batch norm, no dropout): the training loss of a rate that leaps may be the lower one
while the model is lost. A rate is suggested where it is ahead of the usual one wherever that was
measured, in the last quarter of the trial several times, as a loss that is restless there says that
the next steps may ruin it.

A higher rate also has to be clearly ahead at the end: steps that leap farther get down sooner, so
that it nearly always leads at first, and stay restless further down, where a small lead is lost
again (Y. Wu et al., "Understanding Short-Horizon Bias in Stochastic Meta-Optimization", 2018,
arXiv:1803.02021). Where it is not ahead, a third of it is tried, if that is still a higher one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mlcore.errors import Notice
from mlcore.lr_finder.points import USUAL, Trial
from mlcore.words import as_text, figure

__all__ = ["LEAD", "PART", "judge", "next_rate"]

LEAD = 0.05
"""Of the usual rate's loss: by how much less a higher rate has to end its trial."""

PART = 1 / 3
"""Of the suggested rate: what is tried where that is not ahead."""


def next_rate(suggested: float | None, trials: Sequence[Trial]) -> float | None:
    """The rate to try after these trials; None after the last one.

    Args:
        suggested: what a range test suggests.
        trials: with that, and with the usual rate, as far as they are.
    """
    if suggested in (None, USUAL):
        return None
    if len(trials) < 2:
        return (suggested, USUAL)[len(trials)]
    lower = float(f"{PART * trials[0].lr:.2g}")
    if len(trials) > 2 or lower <= USUAL or _is_ahead(trials[0], trials[1]):
        return None
    return lower


def judge(suggested: Trial, usual: Trial, *lower: Trial) -> tuple[float | None, tuple[Notice, ...]]:
    """The rate to suggest after a trial, and why; None where a training has diverged with all.

    Args:
        suggested: with the rate that a range test suggests.
        usual: with the usual rate, on the same batches.
        lower: with a part of the suggested rate, if that was tried.
    """
    reasons: list[Notice] = []
    for trial in (suggested, *lower):
        if _is_ahead(trial, usual):
            return trial.lr, (*reasons, _ahead(trial, usual))
        reasons.append(_not_ahead(trial, usual))
    if not math.isfinite(_at(usual, usual.steps)):
        values = _values(suggested, usual, usual.steps)
        return None, (
            Notice(
                "But in a trial of {steps} steps the loss became NaN or infinite with {rate}, and "
                "with the usual {usual} too: check the normalisation (`data.mean`, `data.std`).",
                **values,
            ),
        )
    taken = Notice("So the usual {usual} is suggested.", usual=as_text(usual.lr))
    return usual.lr, (*reasons, taken)


def _is_ahead(trial: Trial, usual: Trial) -> bool:
    return _behind(trial, usual) is None and not _too_close(trial, usual)


def _behind(trial: Trial, usual: Trial) -> int | None:
    """The steps after which the loss was first no lower than with the usual rate."""
    for steps in usual.marks:
        if _at(trial, steps) >= _at(usual, steps):
            return steps
    return None


def _too_close(trial: Trial, usual: Trial) -> bool:
    """Whether the rate is the higher one, and ends without a clear lead."""
    end = _at(trial, trial.steps)
    return trial.lr > usual.lr and end >= (1 - LEAD) * _at(usual, usual.steps)


def _ahead(trial: Trial, usual: Trial) -> Notice:
    return Notice(
        "In a trial of {steps} steps on the same batches the loss on {images} held-out images came "
        "to {loss} with {rate} and to {other} with the usual {usual}, so {rate} is suggested.",
        **_values(trial, usual, trial.steps),
    )


def _not_ahead(trial: Trial, usual: Trial) -> Notice:
    steps = _behind(trial, usual)
    if steps is None:
        return Notice(
            "In a trial of {steps} steps on the same batches the loss on {images} held-out images "
            "came to {loss} with {rate} and to {other} with the usual {usual}: too close to tell, "
            "as a higher rate leads at first and may fall behind later.",
            **_values(trial, usual, trial.steps),
        )
    return Notice(
        "After {steps} steps of a trial on the same batches the loss on {images} held-out images "
        "was {loss} with {rate}, no better than {other} with the usual {usual}.",
        **_values(trial, usual, steps),
    )


def _values(trial: Trial, usual: Trial, steps: int) -> dict[str, Any]:
    return {
        "steps": steps,
        "images": trial.images,
        "rate": as_text(trial.lr),
        "usual": as_text(usual.lr),
        "loss": _text(_at(trial, steps)),
        "other": _text(_at(usual, steps)),
    }


def _text(loss: float) -> str:
    return figure(loss, 3) if math.isfinite(loss) else "∞"


def _at(trial: Trial, steps: int) -> float:
    """The held-out loss after so many steps; infinite where the training had diverged."""
    loss = dict(trial.held_out).get(steps)
    return math.inf if loss is None else loss
