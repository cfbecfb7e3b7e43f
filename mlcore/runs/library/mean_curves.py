"""What several runs do on the mean, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mlcore.events import EpochDone
from mlcore.insight.t_tests import spread

__all__ = ["EpochFigure", "MeanCurve", "mean_curve"]

EpochFigure = Literal["train_loss", "validation_loss", "validation_accuracy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanCurve:
    """A figure over several runs after each epoch that one of them has done.

    Attributes:
        epoch: (E,) in order.
        mean: (E,) over the runs that have the epoch.
        sd: (E,) standard deviation, with n - 1; None where one run has it.
        n: (E,) how many runs have it.
    """

    epoch: tuple[int, ...]
    mean: tuple[float, ...]
    sd: tuple[float | None, ...]
    n: tuple[int, ...]


def mean_curve(runs: Sequence[Sequence[EpochDone]], figure: EpochFigure) -> MeanCurve:
    """Align runs by epoch; values that are missing or not finite are left out."""
    values: dict[int, list[float | None]] = {}
    for epochs in runs:
        for done in epochs:
            values.setdefault(done.epoch, []).append(getattr(done, figure))
    found = [(epoch, one) for epoch in sorted(values) if (one := spread(values[epoch])) is not None]
    return MeanCurve(
        epoch=tuple(epoch for epoch, _ in found),
        mean=tuple(one.mean for _, one in found),
        sd=tuple(one.sd for _, one in found),
        n=tuple(one.n for _, one in found),
    )
