"""What is looked for in the curves of a lesson: each gives its figures, or None where it is absent.

Accuracies in the evidence are in per cent. The tests hold each of these to the curves of several
seeds, and to the right side's curves, in which none may be found.
"""

from __future__ import annotations

import math
from statistics import fmean

from mlcore.lessons.curves import Curve, Pair
from mlcore.lessons.lesson import Evidence

__all__ = [
    "blows_up",
    "by_heart",
    "crawls",
    "falls_below_zero",
    "few_steps",
    "flatters",
    "forgets",
    "measures_too_little",
    "never_begins",
    "restless",
    "rises_again",
    "same_losses",
    "stays_high",
    "vanishes",
]

_SAME = 1e-4  # between two losses that float32 computes in another order
_CHANCE = math.log(10)  # loss of a network that finds ten classes equally likely
_FLOOR = math.log(1 + 9 / math.e)  # the least cross entropy of probabilities taken for logits


def rises_again(pair: Pair) -> Evidence | None:
    """The loss falls, and then rises."""
    wrong, right = pair.wrong, pair.right
    if not wrong.finite or wrong.end < 5 * right.end or wrong.end < 2 * min(wrong.finite):
        return None
    lowest = min(wrong.finite)
    figures = {"lowest": lowest, "at": wrong.loss.index(lowest) + 1}
    return {**figures, "end": wrong.end, "right": right.end, **_shares(pair)}


def blows_up(pair: Pair) -> Evidence | None:
    """The loss jumps up at once; at the end the first layer's gradient is exactly 0."""
    losses = pair.wrong.finite
    if not losses or max(losses) < 10 * losses[0] or not _dead(pair):
        return None
    highest = max(losses)
    figures = {"first": losses[0], "highest": highest, "at": pair.wrong.loss.index(highest) + 1}
    return {**figures, "end": pair.wrong.end, "right_first": pair.right.finite[0], **_shares(pair)}


def crawls(pair: Pair) -> Evidence | None:
    """The loss falls, and the other side was as far in a fifth of the steps, or earlier."""
    wrong, right = pair.wrong, pair.right
    steps = len(wrong.loss)
    there = next((n for n, loss in enumerate(right.finite, 1) if loss <= wrong.end), steps)
    if not wrong.finite or wrong.end >= wrong.finite[0] or there * 5 > steps:
        return None
    return {"steps": steps, "end": wrong.end, "there": there, "right": right.end, **_shares(pair)}


def restless(pair: Pair) -> Evidence | None:
    """The losses of single steps jump, until the first layer's gradient is exactly 0."""
    losses = pair.wrong.finite
    if not losses or max(losses) < 2 * losses[0] or not _dead(pair):
        return None
    return {
        "high": max(losses),
        "at": pair.wrong.loss.index(max(losses)) + 1,
        "end": pair.wrong.end,
        "steps": len(losses),
        "right_steps": len(pair.right.loss),
        "seconds": pair.wrong.seconds,
        "right_seconds": pair.right.seconds,
        **_shares(pair),
    }


def few_steps(pair: Pair) -> Evidence | None:
    """As many images made only a few steps, and so little progress."""
    wrong, right = pair.wrong, pair.right
    if not wrong.finite or len(wrong.loss) * 5 > len(right.loss) or wrong.end < 3 * right.end:
        return None
    steps = {"steps": len(wrong.loss), "right_steps": len(right.loss)}
    return {**steps, "end": wrong.end, "right": right.end, **_shares(pair)}


def same_losses(pair: Pair) -> Evidence | None:
    """Every step has the same loss on both sides, and nothing differs at the end."""
    both = list(zip(pair.wrong.finite, pair.right.finite, strict=False))
    most = max((abs(a - b) for a, b in both), default=math.inf)
    if most > _SAME or len(pair.wrong.finite) != len(pair.right.finite):
        return None
    return {"most": most, "steps": len(both), **_shares(pair)}


def stays_high(pair: Pair) -> Evidence | None:
    """The loss does not fall below the least that probabilities taken for logits can give."""
    wrong, right = pair.wrong, pair.right
    if not wrong.finite or min(wrong.finite) < _FLOOR or wrong.end < 5 * right.end:
        return None
    lowest = {"lowest": min(wrong.finite), "floor": _FLOOR}
    return {**lowest, "end": wrong.end, "right": right.end, **_shares(pair)}


def falls_below_zero(pair: Pair) -> Evidence | None:
    """The loss is negative, without bound, until it is no number; little is learned."""
    losses = pair.wrong.finite
    below = next((n for n, loss in enumerate(losses, 1) if loss < 0), None)
    broken = pair.wrong.broken_at
    if below is None or broken is None or not _far_behind(pair):
        return None
    return {"below": below, "lowest": min(losses), "broken": broken, **_shares(pair)}


def never_begins(pair: Pair) -> Evidence | None:
    """The first layer's gradient is exactly 0 at all times, and the loss stays at ln 10."""
    wrong = pair.wrong
    if not wrong.gradient or any(wrong.gradient) or abs(wrong.end - _CHANCE) > 0.05:
        return None
    return {"first": wrong.finite[0], "end": wrong.end, "right": pair.right.end, **_shares(pair)}


def forgets(pair: Pair) -> Evidence | None:
    """Within an epoch the loss falls and jumps; after the first, one class alone is known."""
    wrong, right = pair.wrong, pair.right
    if not wrong.accuracy or right.final - wrong.final < 0.2:
        return None
    epoch = len(wrong.loss) // 10
    first = wrong.finite[:epoch]
    if not first or max(first) < 1.2 * _CHANCE:
        return None
    return {
        "low": min(first),
        "high": max(first),
        "after_one": 100 * _accuracy_at(wrong, epoch),
        "right_after_one": 100 * _accuracy_at(right, epoch),
        **_shares(pair),
    }


def vanishes(pair: Pair) -> Evidence | None:
    """The first layer's gradient is far shorter from the start, and the loss does not fall."""
    wrong, right = pair.wrong, pair.right
    mine, theirs = (_first_gradient(curve) for curve in (wrong, right))
    if not mine or not theirs or theirs < 20 * mine or wrong.end < 0.95 * _CHANCE:
        return None
    lengths = {"times": theirs / mine, "length": mine, "right_length": theirs}
    return {**lengths, "end": wrong.end, "right": right.end, **_shares(pair)}


def by_heart(pair: Pair) -> Evidence | None:
    """The loss falls far, and the test images are guessed."""
    wrong, right = pair.wrong, pair.right
    if not wrong.finite or wrong.end > 0.3 * wrong.finite[0] or right.final - wrong.final < 0.5:
        return None
    ends = {"end": wrong.end, "right": right.end}
    return {"first": wrong.finite[0], **ends, "steps": len(wrong.loss), **_shares(pair)}


def measures_too_little(pair: Pair) -> Evidence | None:
    """The same network gets a lower accuracy, over the second half of its training."""
    mine, theirs = (_late_accuracy(curve) for curve in (pair.wrong, pair.right))
    if pair.wrong.loss != pair.right.loss or theirs - mine < 0.02:
        return None
    return {"mean": 100 * mine, "right_mean": 100 * theirs, **_shares(pair)}


def flatters(pair: Pair) -> Evidence | None:
    """The same network gets a higher accuracy."""
    if pair.wrong.loss != pair.right.loss or pair.wrong.final - pair.right.final < 0.05:
        return None
    return _shares(pair)


def _shares(pair: Pair) -> dict[str, float]:
    return {"accuracy": 100 * pair.wrong.final, "right_accuracy": 100 * pair.right.final}


def _far_behind(pair: Pair) -> bool:
    return pair.right.final - pair.wrong.final > 0.3


def _dead(pair: Pair) -> bool:
    """Whether the first layer learns no more, and the loss is that of pure guessing."""
    wrong = pair.wrong
    return wrong.gradient[-1] == 0 and wrong.end < 1.5 * _CHANCE and _far_behind(pair)


def _first_gradient(curve: Curve) -> float:
    return next((length for length in curve.gradient if length is not None), 0.0)


def _accuracy_at(curve: Curve, step: int) -> float:
    """The last one that was measured by then; the first one where none was."""
    known = [share for at, share in zip(curve.measured, curve.accuracy, strict=True) if at <= step]
    return known[-1] if known else curve.accuracy[0]


def _late_accuracy(curve: Curve) -> float:
    late = curve.accuracy[len(curve.accuracy) // 2 :]
    return fmean(late) if late else 0.0
