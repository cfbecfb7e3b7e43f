"""Runs that differ only in the seed, epoch by epoch: their mean in a band, or every one of them.

The band is one standard deviation to either side of the mean. Several groups have a colour and
a kind of line each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.seed_frame import FIGURES, BandKind, band_chart
from dashboard.words.translation import _, language, ngettext, translated
from dashboard.words.wording import as_label, sentences
from mlcore.events import EpochDone
from mlcore.runs.library.mean_curves import EpochFigure, MeanCurve, mean_curve
from mlcore.words import mean_figure, mean_percent

__all__ = [
    "FIGURES",
    "MOST_GROUPS",
    "BandInfo",
    "BandKind",
    "SeedCurves",
    "band_arrays",
    "band_frame",
    "band_info",
    "band_value",
    "band_words",
]

MOST_GROUPS = 5
"""Groups that a chart has a colour for."""


_FEW = 12  # epochs that have a tick each


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedCurves:
    """One group's curves.

    Attributes:
        name: of the group.
        mean: over its runs.
        runs: the epochs and values of each run, (2, E).
    """

    name: str
    mean: MeanCurve
    runs: tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandInfo:
    """What the chart shows.

    Attributes:
        figure: what is drawn.
        kind: the mean in its band, or every run's curve beside the mean.
        groups: at most `MOST_GROUPS`.
        epochs: to which the axis reaches at least.
    """

    figure: EpochFigure
    kind: BandKind
    groups: tuple[SeedCurves, ...]
    epochs: int

    @property
    def scale(self) -> float:
        """Accuracies are drawn in per cent."""
        return 100.0 if self.figure == "validation_accuracy" else 1.0


def band_info(
    groups: Sequence[tuple[str, Sequence[Sequence[EpochDone]]]],
    figure: EpochFigure,
    kind: BandKind = "band",
    *,
    epochs: int = 1,
) -> BandInfo:
    """Gather what the chart shows.

    Args:
        groups: name, and the epochs of each run.
        figure: what is drawn.
        kind: how.
        epochs: to which the axis reaches at least.
    """
    shown = groups[:MOST_GROUPS]
    return BandInfo(
        figure=figure,
        kind=kind,
        groups=tuple(
            SeedCurves(
                name=name,
                mean=mean_curve(runs, figure),
                runs=tuple(_curve(run, figure) for run in runs),
            )
            for name, runs in shown
        ),
        epochs=max([epochs, *(done.epoch for _, runs in shown for run in runs for done in run)]),
    )


def band_frame(info: BandInfo, *, name: str) -> dict[str, Any]:
    """Traces and layout, as JSON, to which `band_arrays` gives the data.

    Args:
        info: what the chart shows.
        name: the zoom of the chart is kept under it.
    """
    built = band_chart(
        info.figure,
        info.kind,
        tuple((as_label(group.name, 40), len(group.runs)) for group in info.groups),
        language(),
    )
    margin = 0.02 * info.epochs
    xaxis = built["layout"]["xaxis"] | {
        "autorangeoptions": {"include": [1 - margin, info.epochs + margin]},
        **({"dtick": 1} if info.epochs <= _FEW else {}),  # no half epochs
    }
    return {"data": built["data"], "layout": built["layout"] | {"uirevision": name, "xaxis": xaxis}}


def band_arrays(info: BandInfo) -> list[dict[str, Any]]:
    """For each trace of the frame its `x`, `y` and the rest."""
    arrays: list[dict[str, Any]] = []
    for group in info.groups:
        if info.kind == "band":
            arrays.append(_band(group.mean, info.scale))
        else:
            arrays += [{"x": run[0], "y": run[1] * info.scale} for run in group.runs]
        arrays.append(_mean(group.mean, info))
    return arrays


def band_words(info: BandInfo) -> str:
    """What the chart shows, for those who cannot see it."""
    parts = []
    for group in info.groups:
        mean = group.mean
        if not mean.epoch:
            parts.append(_("{group}: no epoch is over yet.", group=group.name))
            continue
        parts.append(
            ngettext(
                "{group}: {figure} {value} after epoch {epoch:,}, over {n} run.",
                "{group}: {figure} {value} after epoch {epoch:,}, over {n} runs.",
                mean.n[-1],
                group=group.name,
                figure=translated(FIGURES[info.figure]),
                epoch=mean.epoch[-1],
                value=band_value(info.figure, mean.mean[-1], mean.sd[-1]),
            )
        )
    return sentences(*parts)


def _curve(run: Sequence[EpochDone], name: EpochFigure) -> NDArray[np.float64]:
    points = [
        (done.epoch, value)
        for done in run
        if (value := getattr(done, name)) is not None and np.isfinite(value)
    ]
    return np.array(points, np.float64).reshape(-1, 2).T


def _band(mean: MeanCurve, scale: float) -> dict[str, Any]:
    """The outline of the band, upper edge first; nothing where one run makes no spread."""
    known = [index for index, sd in enumerate(mean.sd) if sd is not None]
    x = np.array([mean.epoch[index] for index in known], np.float64)
    middle = np.array([mean.mean[index] for index in known], np.float64)
    sd = np.array([mean.sd[index] for index in known], np.float64)
    return {
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([middle + sd, (middle - sd)[::-1]]) * scale,
    }


def _mean(mean: MeanCurve, info: BandInfo) -> dict[str, Any]:
    words = zip(mean.mean, mean.sd, mean.n, strict=True)
    return {
        "x": np.array(mean.epoch, np.float64),
        "y": np.array(mean.mean, np.float64) * info.scale,
        "text": [f"{band_value(info.figure, value, sd)} (n = {n})" for value, sd, n in words],
    }


def band_value(name: EpochFigure, mean: float, sd: float | None) -> str:
    """A mean and its standard deviation, as they are read."""
    return mean_percent(mean, sd) if name == "validation_accuracy" else mean_figure(mean, sd)
