"""The chart of a training run: step and epoch losses above, validation accuracy below.

Both panels share the axis of steps. Edits and checkpoints of the run are marks on it. No Streamlit.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.epochs import EpochsInfo, epoch_traces, epochs_info
from dashboard.charts.loss import LossInfo, loss_info, loss_traces
from mlcore.events import CheckpointSaved, EpochDone, SettingsEdited

__all__ = ["Mark", "TrainingInfo", "training_arrays", "training_figure", "training_info"]

_MOST_MARKS = 200
_MOST_MARKERS = 40
_REASONS = {
    "epoch": "checkpoint",
    "interval": "checkpoint",
    "stopped": "checkpoint where the run was stopped",
    "paused": "checkpoint where the run was paused",
    "finished": "checkpoint of the finished run",
}
_Panel = Literal["both", "loss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened at a step."""

    step: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingInfo:
    """What the chart of a run shows."""

    loss: LossInfo
    epochs: EpochsInfo
    edits: tuple[Mark, ...]
    checkpoints: tuple[Mark, ...]
    upto: int  # step to which the axis reaches at least: the end of the epoch under way
    validated: bool  # images are held out, so there is an accuracy to draw

    @property
    def dense(self) -> bool:
        """So many epochs that a marker on each would hide the curves."""
        return len(self.epochs.train) > _MOST_MARKERS


def training_info(
    losses: NDArray[np.floating[Any]],
    epochs: Sequence[EpochDone] = (),
    edits: Sequence[SettingsEdited] = (),
    checkpoints: Sequence[CheckpointSaved] = (),
    *,
    steps_per_epoch: int = 0,
    active: bool = False,
    validated: bool = True,
    window: int = 50,
    visible: tuple[float, float] | None = None,
) -> TrainingInfo:
    """Gather what the chart shows from the records of a run.

    Args:
        losses: (N,) loss of every step.
        epochs: those that are over, in order.
        edits: changes of settings, in order.
        checkpoints: those that were saved, in order.
        steps_per_epoch: 0 where it is not known yet.
        active: the run is under way, so the axis reaches to the end of its epoch.
        validated: images are held out of training.
        window: steps of the moving mean.
        visible: first and last step on the screen; None: all.
    """
    under_way = -(-(len(losses) + 1) // steps_per_epoch) if steps_per_epoch and active else 0
    return TrainingInfo(
        loss=loss_info(losses, window=window, visible=visible),
        epochs=epochs_info(epochs),
        edits=tuple(Mark(step=edit.step, text=_changes(edit)) for edit in edits[-_MOST_MARKS:]),
        checkpoints=tuple(
            Mark(step=saved.step, text=_REASONS.get(saved.reason, "checkpoint"))
            for saved in checkpoints[-_MOST_MARKS:]
        ),
        upto=max(under_way * steps_per_epoch, len(losses)),
        validated=validated,
    )


def training_arrays(info: TrainingInfo) -> list[dict[str, Any]]:
    """For each trace of the figure its `x`, `y` and the rest, short enough to be sent."""
    raw, smooth = info.loss.raw, info.loss.smooth
    curves: list[dict[str, Any]] = [
        {"x": raw.step, "y": raw.value},
        {"x": smooth.step, "y": smooth.value},
    ]
    curves += [
        {
            "x": np.array([point.step for point in points], np.int32),
            "y": np.array([point.value for point in points], np.float64),
            "customdata": np.array([point.epoch for point in points], np.int32),
        }
        for points in (info.epochs.train, info.epochs.validation, info.epochs.accuracy)
    ]
    curves.append(
        {
            "x": np.array([mark.step for mark in info.checkpoints], np.int32),
            "y": np.zeros(len(info.checkpoints), np.float32),
            "text": [mark.text for mark in info.checkpoints],
        }
    )
    curves.append(
        {
            "x": [mark.step if end else None for mark in info.edits for end in (1, 1, 0)],
            "y": [end for _ in info.edits for end in (0, 1, None)],
            "text": [text for mark in info.edits for text in ("", mark.text, "")],
        }
    )
    return curves


def training_figure(
    info: TrainingInfo, *, log: bool = False, run: str = "", narrow: bool = False
) -> go.Figure:
    """The whole figure, data included.

    Args:
        info: what it shows.
        log: the axis of the losses counts in powers of ten.
        run: what keeps the zoom while data arrive; another run starts unzoomed.
        narrow: for a phone.
    """
    figure = go.Figure(
        frame(log=log, validated=info.validated, run=run, upto=info.upto, dense=info.dense)
    )
    for trace, arrays in zip(figure.data, training_arrays(info), strict=True):
        trace.update(arrays)
    if narrow:
        figure.update_layout(height=420)
    return figure


def frame(
    *, log: bool, validated: bool, run: str, upto: int, dense: bool = False
) -> dict[str, Any]:
    """Traces without data and the layout, as JSON; cheap enough for every refresh."""
    built = _frame(log, "both" if validated else "loss", dense)
    layout = built["layout"]
    xaxis = layout["xaxis"] | {"autorangeoptions": {"include": [0, upto], "minallowed": 0}}
    yaxis = layout["yaxis"] | {"uirevision": f"{run} {log}"}
    return {
        "data": built["data"],
        "layout": layout | {"uirevision": run, "xaxis": xaxis, "yaxis": yaxis},
    }


@functools.lru_cache(maxsize=8)
def _frame(log: bool, panels: _Panel, dense: bool) -> dict[str, Any]:
    """Built once for each look; plotly checks every name and colour in it."""
    figure = go.Figure([*loss_traces(), *epoch_traces(), *_mark_traces()])
    figure.update_layout(
        height=560 if panels == "both" else 440,
        margin={"l": 64, "r": 12, "t": 40, "b": 44},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "var(--st-text-color)", "family": "var(--st-font)", "size": 13},
        hovermode="x unified",
        hoverlabel={
            "bgcolor": "var(--st-background-color)",
            "bordercolor": "var(--st-border-color)",
            "font": {"color": "var(--st-text-color)"},
        },
        dragmode="zoom",
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.0,
            "yref": "container",
            "yanchor": "top",
            "itemwidth": 30,
            "font": {"size": 12.5},
        },
        hoversubplots="axis",
        **_axes(log, panels),
    )
    if dense:
        figure.update_traces(mode="lines", selector={"mode": "lines+markers"})
    if panels == "loss":
        figure.data[4].update(visible=False)
    built: dict[str, Any] = figure.to_plotly_json()
    built["layout"].pop("template", None)
    return built


def _axes(log: bool, panels: _Panel) -> dict[str, dict[str, Any]]:
    both = panels == "both"
    shared: dict[str, Any] = {
        "gridcolor": "var(--st-border-color-light)",
        "zeroline": False,
        "linecolor": "var(--st-border-color)",
        "tickcolor": "var(--st-border-color)",
        "tickfont": {"size": 12, "color": "var(--st-chart-muted)"},
    }
    losses = {"domain": [0.36, 1.0] if both else [0.0, 1.0], "title": _title("loss")}
    number = {"type": "log", "dtick": "D2"} if log else {"type": "linear", "rangemode": "tozero"}
    accuracy = {"domain": [0.0, 0.27], "title": _title("accuracy"), "nticks": 4}
    hidden: dict[str, Any] = {
        "overlaying": "y",
        "range": [0, 1],
        "fixedrange": True,
        "visible": False,
    }
    return {
        "xaxis": shared
        | {
            "title": _title("step") | {"standoff": 8},
            "anchor": "y2" if both else "y",
            "tickformat": ",d",
            "showgrid": False,
            "showline": True,
            "ticks": "outside",
            "nticks": 10,
            "unifiedhovertitle": {"text": "step %{x:,d}"},
        },
        "yaxis": shared | losses | number,
        "yaxis2": shared | accuracy | {"tickformat": ".3~p", "visible": both},
        "yaxis3": hidden,
    }


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 13, "color": "var(--st-chart-muted)"}}


def _mark_traces() -> list[go.Scatter]:
    return [
        go.Scatter(
            name="checkpoint",
            mode="markers",
            yaxis="y3",
            marker={
                "symbol": "triangle-up",
                "size": 8,
                "color": "var(--st-chart-muted)",
            },
            cliponaxis=False,
            hovertemplate="%{text}<extra></extra>",
        ),
        go.Scatter(
            name="edit",
            mode="lines+text",
            yaxis="y3",
            line={"color": "var(--st-red-color)", "width": 1.25, "dash": "dot"},
            textposition="bottom right",
            textfont={"color": "var(--st-red-text-color)", "size": 12},
            showlegend=False,
            hoverinfo="skip",
        ),
    ]


def _changes(edit: SettingsEdited) -> str:
    """The edit in words: "lr 0.003 → 0.01"."""
    return ", ".join(
        f"{name.split('.')[-1]} {edit.before.get(name, '?')} → {value}"
        for name, value in edit.changes.items()
    )
