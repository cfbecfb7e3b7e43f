"""What a trial says of a suggested rate: pure, from the losses with it and with the usual one.

Of the two rates the lower one is taken, unless the higher is clearly ahead: steps that leap farther
get down sooner, so that a higher rate nearly always leads at first, and stay restless further down,
where a small lead is lost again (Y. Wu et al., "Understanding Short-Horizon Bias in Stochastic
Meta-Optimization", 2018, arXiv:1803.02021).
"""

from __future__ import annotations

import math
from typing import Any

from mlcore.errors import Notice
from mlcore.lr_finder.points import Trial
from mlcore.words import as_text, figure

__all__ = ["LEAD", "judge"]

LEAD = 0.05
"""Of the loss with the lower rate: by how much less the higher has to end its trial."""

_LAST = 4  # the loss of a trial is the mean of this part of it: the last quarter


def judge(suggested: Trial, usual: Trial) -> tuple[float | None, Notice]:
    """The rate to suggest after a trial, and why; None where a training has diverged with both.

    Args:
        suggested: with the rate that a range test suggests.
        usual: with the usual rate, on the same batches.
    """
    lower, higher = sorted((suggested, usual), key=lambda trial: trial.lr)
    low, high = _loss(lower), _loss(higher)
    values = {
        "steps": suggested.steps,
        "rate": as_text(suggested.lr),
        "usual": as_text(usual.lr),
        "loss": _text(_loss(suggested)),
        "other": _text(_loss(usual)),
    }
    if not math.isfinite(min(low, high)):
        return None, Notice(
            "But in a trial of {steps} steps the loss became NaN or infinite with {rate}, and with "
            "the usual {usual} too: check the normalisation (`data.mean`, `data.std`).",
            **values,
        )
    taken = higher if high < (1 - LEAD) * low else lower
    close = taken is lower and high * (1 - LEAD) <= low
    return taken.lr, _compared(values | {"taken": as_text(taken.lr)}, close=close)


def _compared(values: dict[str, Any], *, close: bool) -> Notice:
    if close:
        return Notice(
            "In a trial of {steps} steps on the same batches the loss came to {loss} with {rate} "
            "and to {other} with the usual {usual}: too close to tell, so the lower of these rates "
            "is suggested, as a higher one leads at first and may fall behind later.",
            **values,
        )
    return Notice(
        "In a trial of {steps} steps on the same batches the loss came to {loss} with {rate} and "
        "to {other} with the usual {usual}, so {taken} is suggested.",
        **values,
    )


def _text(loss: float) -> str:
    return figure(loss, 3) if math.isfinite(loss) else "∞"


def _loss(trial: Trial) -> float:
    """The mean loss of the last steps; infinite where the training diverged."""
    last = trial.losses[-max(1, trial.steps // _LAST) :]
    return math.fsum(math.inf if loss is None else loss for loss in last) / len(last)
