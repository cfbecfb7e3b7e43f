"""What a replay found, in a sentence."""

from __future__ import annotations

from mlcore.errors import MlcoreError, Notice
from mlcore.replay.replayer import Difference, Replay
from mlcore.runs import RunFolder

__all__ = ["verdict"]


def verdict(folder: RunFolder, found: Replay) -> MlcoreError:
    """Whether the run is the same, and else where and why it differs.

    Args:
        folder: the run that was replayed.
        found: what came of it.
    """
    run, difference = folder.id, found.difference
    if found.equal and found.weights_equal:
        return Notice(
            "Run {run} is the same to the last bit: {steps:,} steps and the weights in {file}.",
            run=run,
            steps=found.steps,
            file=found.checkpoint,
        )
    if found.equal:
        return Notice(
            "Run {run} is the same to the last bit: {steps:,} steps.", run=run, steps=found.steps
        )
    if found.gap is not None:
        return Notice(
            "Run {run} can be repeated up to step {last_known:,} only: its record lacks steps "
            "{first:,} to {last:,}, and whatever was edited there.",
            run=run,
            last_known=found.gap[0] - 1,
            first=found.gap[0],
            last=found.gap[1],
        )
    if difference is None:
        return Notice(
            "Run {run} differs: all {steps:,} losses are the same, but the weights in {file} are "
            "not.",
            run=run,
            steps=found.steps,
            file=found.checkpoint,
        )
    if difference.replayed is None:
        return Notice(
            "Run {run} differs first at step {step:,}: recorded {recorded}, replayed nothing.",
            run=run,
            step=difference.step,
            recorded=_written(difference.recorded, difference),
        )
    return Notice(
        "Run {run} differs first at step {step:,}: recorded {recorded}, replayed {replayed}.",
        run=run,
        step=difference.step,
        recorded=_written(difference.recorded, difference),
        replayed=_written(difference.replayed, difference),
    )


def _written(loss: float, difference: Difference) -> str:
    """A loss so that no other one is written alike."""
    return f"{loss:.{difference.digits}g}"
