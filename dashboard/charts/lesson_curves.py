"""Both sides of a lesson: the loss of each step, and below it the accuracy now and then."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.live_look import (
    live_axis,
    live_layout,
    live_modebar,
    live_steps,
    live_title,
)
from dashboard.charts.numbers import COUNT_AXIS, PERCENT_AXIS, count_at, figure_at, percent_at
from dashboard.words.translation import _, language
from dashboard.words.wording import as_label, figure, percent, sentences
from mlcore.lessons import Curve, Lesson, Pair

__all__ = ["LessonInfo", "SideInfo", "lesson_arrays", "lesson_frame", "lesson_info", "lesson_words"]

_LOOKS = (("var(--st-chart-color-2)", "dash"), ("var(--st-chart-color-1)", "solid"))
"""Of the wrong and the right side: colour, and a second sign for those who see no colours."""

_TOP = 4.0  # of the axis of losses where a lesson sets its lower end

_SYMBOLS = ("diamond-open", "circle")


@dataclass(frozen=True, slots=True, kw_only=True)
class SideInfo:
    """The curves of one side.

    Attributes:
        label: of both.
        x: steps done, or images seen, at each loss.
        loss: of each step; NaN where it is no number.
        measured: the same x where the accuracy was measured.
        accuracy: in per cent.
    """

    label: str
    x: NDArray[np.int64]
    loss: NDArray[np.float64]
    measured: NDArray[np.int64]
    accuracy: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonInfo:
    """What the chart shows.

    Attributes:
        wrong: the side with the mistake.
        right: the other.
        log: the axis of losses is logarithmic.
        by_images: x is images, else steps.
        floor: where the axis of losses ends below.
    """

    wrong: SideInfo
    right: SideInfo
    log: bool
    by_images: bool
    floor: float | None


def lesson_info(lesson: Lesson, pair: Pair, labels: tuple[str, str]) -> LessonInfo:
    """Gather what the chart shows.

    Args:
        lesson: which.
        pair: its curves up to now.
        labels: of the wrong and the right side, as they are read.
    """
    wrong = _side(pair.wrong, labels[0], lesson.wrong.batch if lesson.by_images else 1)
    right = _side(pair.right, labels[1], lesson.right.batch if lesson.by_images else 1)
    return LessonInfo(
        wrong=wrong,
        right=right,
        log=lesson.log,
        by_images=lesson.by_images,
        floor=lesson.floor,
    )


def _side(curve: Curve, label: str, each: int) -> SideInfo:
    loss = [np.nan if loss is None else loss for loss in curve.loss]
    return SideInfo(
        label=label,
        x=np.arange(1, len(loss) + 1) * each,
        loss=np.array(loss, np.float64),
        measured=np.array(curve.measured, np.int64) * each,
        accuracy=np.array(curve.accuracy, np.float64) * 100,
    )


def lesson_frame(info: LessonInfo, *, name: str) -> dict[str, Any]:
    """Traces and layout, as JSON, to which `lesson_arrays` gives the data.

    Args:
        info: what the chart shows.
        name: the zoom of the chart is kept under it.
    """
    labels = (as_label(info.wrong.label, 40), as_label(info.right.label, 40))
    built = _frame(labels, info.log, info.by_images, language())
    ends = {} if info.floor is None else {"range": [info.floor, _TOP]}
    begun = len(info.wrong.x) + len(info.right.x) > 0  # before, the numbers would mean nothing
    axes = {
        "xaxis": built["layout"]["xaxis"] | {"showticklabels": begun},
        "yaxis": built["layout"]["yaxis"] | {"showticklabels": begun} | ends,
    }
    return {"data": built["data"], "layout": built["layout"] | {"uirevision": name} | axes}


def lesson_arrays(info: LessonInfo) -> list[dict[str, Any]]:
    """For each trace of the frame its `x` and `y`."""
    sides = (info.wrong, info.right)
    losses = [{"x": side.x, "y": side.loss.astype(np.float32)} for side in sides]
    shares = [{"x": side.measured, "y": side.accuracy.astype(np.float32)} for side in sides]
    return losses + shares


def lesson_words(info: LessonInfo) -> str:
    """What the chart shows, for those who cannot see it."""
    text = _("Chart of the loss and the accuracy of both sides; the table has the figures.")
    return sentences(text, *(_in_words(side) for side in (info.wrong, info.right)))


def _in_words(side: SideInfo) -> str:
    if not len(side.measured):
        return _("{side}: no step is done yet.", side=side.label)
    return _(
        "{side}: after {n:,} steps the loss is {loss} and the accuracy {accuracy}.",
        side=side.label,
        n=len(side.loss),
        loss=figure(float(side.loss[-1])),
        accuracy=percent(float(side.accuracy[-1]) / 100, 1),
    )


@functools.lru_cache(maxsize=32)
def _frame(
    labels: tuple[str, str],
    log: bool,
    by_images: bool,
    language: str,  # noqa: ARG001  part of the cache key
) -> dict[str, Any]:
    """Cached, as plotly checks every name and colour in it."""
    built = go.Figure()
    for below in (False, True):
        for index, label in enumerate(labels):
            built.add_trace(_trace(index, label, below=below))
    built.update_layout(
        margin={"l": 64, "r": 14, "t": 34, "b": 44},
        **live_layout(),
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemwidth": 40},
        showlegend=True,
        hoversubplots="axis",
        modebar=live_modebar(),
        **_axes(log=log, by_images=by_images),
    )
    found: dict[str, Any] = built.to_plotly_json()
    found["layout"].pop("template", None)
    return found


def _trace(index: int, label: str, *, below: bool) -> go.Scatter:
    color, dash = _LOOKS[index]
    return go.Scatter(
        name=label,
        legendgroup=str(index),
        showlegend=not below,
        mode="lines+markers" if below else "lines",
        line={"width": 2 if below else 1.6, "color": color, "dash": dash},
        marker={"color": color, "size": 6, "symbol": _SYMBOLS[index]},
        yaxis="y2" if below else "y",
        hovertemplate=f"{label} {percent_at('y', 1)}<extra></extra>"
        if below
        else f"{label} {figure_at('y')}<extra></extra>",
    )


def _axes(*, log: bool, by_images: bool) -> dict[str, dict[str, Any]]:
    shared = live_axis()
    unit = _("{n} images", n=count_at("x")) if by_images else _("step {step}", step=count_at("x"))
    number: dict[str, Any] = {"rangemode": "tozero"}
    if log:
        number = {"type": "log", "exponentformat": "power", "minexponent": 4, "nticks": 6}
    return {
        "xaxis": shared
        | {
            "title": live_title(_("images seen") if by_images else _("step")),
            "anchor": "y2",
            **COUNT_AXIS,
            **live_steps(),
            "rangemode": "tozero",
            "unifiedhovertitle": {"text": unit},
        },
        "yaxis": shared
        | {"domain": [0.42, 1.0], "title": live_title(_("loss")) | {"standoff": 12}, **number},
        "yaxis2": shared
        | {
            "domain": [0.0, 0.34],
            "title": live_title(_("accuracy")) | {"standoff": 12},
            "range": [0, 102],
            "nticks": 4,
            **PERCENT_AXIS,
        },
    }
