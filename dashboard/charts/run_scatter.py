"""A point a run: any setting or figure against any other; trials are marked by what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.run_axes import RunAxis
from dashboard.charts.table import Table
from dashboard.charts.theme import Palette, axis, layout
from dashboard.charts.trial_kinds import KIND_NAMES, TrialsOfRuns, kind_look, star_look
from dashboard.words.translation import _, translated
from dashboard.words.wording import as_label

__all__ = ["ScatterInfo", "scatter_figure", "scatter_info", "scatter_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScatterInfo:
    """What the chart shows: the axes, and each run that has a place on both.

    Attributes:
        x, y: the axes.
        names: of the runs.
        points: where they stand.
        texts: the same as they are read.
        ids: of the runs; empty: a click on one opens nothing.
        trials: what is known of them where they are the trials of a sweep.
    """

    x: RunAxis
    y: RunAxis
    names: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    texts: tuple[tuple[str, str], ...]
    ids: tuple[str, ...] = ()
    trials: TrialsOfRuns | None = None

    @property
    def counting(self) -> list[int]:
        """Places of the runs that can be compared: of trials those trained to their end."""
        places = range(len(self.points))
        if self.trials is None:
            return list(places)
        return [place for place in places if self.trials.kinds.get(self.ids[place]) == "whole"]


def scatter_info(
    names: Sequence[str],
    x: RunAxis,
    y: RunAxis,
    *,
    ids: Sequence[str] = (),
    trials: TrialsOfRuns | None = None,
) -> ScatterInfo:
    """Gather what the chart shows; runs of which one of the two is not known are left out.

    Args:
        names: of the runs.
        x: the axis across, of these runs.
        y: the one upwards, the same.
        ids: of the runs.
        trials: what is known of them where they are the trials of a sweep; it needs their ids.
    """
    placed = [
        (index, (left, up))
        for index, (left, up) in enumerate(zip(x.values, y.values, strict=True))
        if left is not None and up is not None
        if trials is None or ids[index] in trials.kinds
    ]
    return ScatterInfo(
        x=x,
        y=y,
        names=tuple(names[index] for index, _point in placed),
        points=tuple(point for _index, point in placed),
        texts=tuple((x.texts[index], y.texts[index]) for index, _point in placed),
        ids=tuple(ids[index] for index, _point in placed) if ids else (),
        trials=trials,
    )


def scatter_figure(info: ScatterInfo, colours: Palette) -> go.Figure:
    """The chart."""
    everywhere = range(len(info.points))
    if info.trials is None:
        look = {"size": 10, "color": colours.series[0], "opacity": 0.8}
        traces = [_points(info, everywhere, "", look)]
    else:
        kinds = [info.trials.kinds[run] for run in info.ids]
        traces = [
            _points(
                info,
                [place for place in everywhere if kinds[place] == kind],
                translated(name),
                kind_look(kind, colours),
            )
            for kind, name in KIND_NAMES.items()
        ]
        best = [place for place in everywhere if info.ids[place] == info.trials.best]
        traces.append(_points(info, best, _("the best"), star_look(colours)))
    figure = go.Figure(traces)
    figure.update_layout(**layout(colours, height=420))
    figure.update_layout(
        xaxis=_axis(info.x, colours),
        yaxis=_axis(info.y, colours),
        hovermode="closest",
        showlegend=info.trials is not None,
    )
    if info.trials is not None:
        figure.update_layout(margin={"l": 8, "r": 8, "t": 32, "b": 8})
    return figure


def scatter_table(info: ScatterInfo) -> Table:
    """Each run with both of its values; a trial also with its state."""
    states = tuple(info.trials.states[run] for run in info.ids) if info.trials else ()
    return Table(
        (_("Run"), *((_("State"),) if states else ()), info.x.label, info.y.label),
        tuple(
            (name, *states[place : place + 1], *info.texts[place])
            for place, name in enumerate(info.names)
        ),
    )


def _points(
    info: ScatterInfo, places: Sequence[int], name: str, look: dict[str, Any]
) -> go.Scatter:
    """The points of some of the runs; each carries the id of its run."""
    kept = {"marker": {"opacity": look.get("opacity", 1)}}  # a click leads away, and dims nothing
    return go.Scatter(
        name=name,
        x=[info.points[place][0] for place in places],
        y=[info.points[place][1] for place in places],
        customdata=[[info.ids[place]] for place in places] if info.ids else None,
        hovertext=[_hover(info, place) for place in places],
        mode="markers",
        marker=look,
        selected=kept,
        unselected=kept,
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(info: ScatterInfo, place: int) -> str:
    x, y = info.texts[place]
    state = f" ({as_label(info.trials.states[info.ids[place]])})" if info.trials else ""
    return (
        f"<b>{as_label(info.names[place], 60)}</b>{state}"
        f"<br>{as_label(info.x.label, 60)}: {as_label(x)}"
        f"<br>{as_label(info.y.label, 60)}: {as_label(y)}"
    )


def _axis(one: RunAxis, colours: Palette) -> dict[str, Any]:
    shared = axis(colours)
    shared["title"] = {"text": as_label(one.label, 60)} | shared["title"]
    if one.names:
        return shared | {
            "tickvals": list(range(len(one.names))),
            "ticktext": [as_label(name) for name in one.names],
            "range": [-0.5, len(one.names) - 0.5],
        }
    return shared | ({"type": "log", "nticks": 8} if one.log else {"nticks": 8})
