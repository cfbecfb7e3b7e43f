"""How far to trust a model's probabilities: reliability, confidence right and wrong, thresholds."""

from __future__ import annotations

import itertools

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.numbers import COUNT_AXIS, PERCENT_AXIS, count_at, percent_at
from dashboard.charts.theme import Palette, layout
from dashboard.words.translation import _
from dashboard.words.wording import percent
from mlcore.insight.answers import Answers, Floats, Ints
from mlcore.insight.calibration import Calibration, Reliability
from mlcore.insight.confidence import threshold_curve

__all__ = ["histogram_figure", "reliability_figure", "threshold_figure", "threshold_points"]

_HEIGHT = 380
_POINTS = 400
_PERCENT = 100  # shares are drawn as per cent


def reliability_figure(found: Calibration, palette: Palette) -> go.Figure:
    """Share that is right by confidence, in bins, with the line on which both agree."""
    bins = len(found.before.counts)
    edges = np.linspace(0, 1, bins + 1)
    figure = go.Figure(
        [
            go.Bar(
                x=_PERCENT * (edges[:-1] + edges[1:]) / 2,
                width=_PERCENT / bins * 0.94,
                y=np.where(found.before.counts > 0, _PERCENT * found.before.accuracy, np.nan),
                name=_("Right, as the model is"),
                marker={"color": palette.right, "line": {"width": 0}},
                customdata=_about(found.before),
                hovertemplate=f"{_hover()}<extra></extra>",
            )
        ]
    )
    if found.after is not None:
        filled = found.after.counts > 0
        figure.add_scatter(
            x=_PERCENT * found.after.confidence[filled],
            y=_PERCENT * found.after.accuracy[filled],
            mode="lines+markers",
            name=_("Right, with the temperature"),
            marker={"color": palette.wrong, "symbol": "diamond", "size": 9},
            line={"color": palette.wrong, "dash": "dot"},
            customdata=_about(found.after)[filled],
            hovertemplate=f"{_hover()}<extra></extra>",
        )
    figure.add_scatter(
        x=[0, _PERCENT],
        y=[0, _PERCENT],
        mode="lines",
        name=_("As often right as it says"),
        line={"color": palette.muted, "dash": "dash", "width": 1.5},
        hoverinfo="skip",
    )
    figure.update_layout(**layout(palette, height=_HEIGHT))
    figure.update_layout(margin={"r": 20})
    figure.update_xaxes(title_text=_("Confidence"), range=[0, _PERCENT], dtick=20, **PERCENT_AXIS)
    figure.update_yaxes(title_text=_("Share that is right"), range=[0, 102], **PERCENT_AXIS)
    return figure


def histogram_figure(right: Ints, wrong: Ints, palette: Palette) -> go.Figure:
    """Images by confidence, those right beside those wrong; the heights are logarithmic."""
    edges = np.linspace(0, 1, len(right) + 1)
    middles = _PERCENT * (edges[:-1] + edges[1:]) / 2
    spans = [f"{percent(low, 0)} – {percent(high, 0)}" for low, high in itertools.pairwise(edges)]
    figure = go.Figure(
        [
            go.Bar(
                x=middles,
                y=counts,
                name=name,
                customdata=spans,
                marker={"color": colour, "line": {"width": 0}, "pattern": {"shape": pattern}},
                hovertemplate=hover + "<extra></extra>",
            )
            for counts, name, colour, pattern, hover in (
                (right, _("Right"), palette.right, "", _counted(right=True)),
                (wrong, _("Wrong"), palette.wrong, "/", _counted(right=False)),
            )
        ]
    )
    figure.update_layout(**layout(palette, height=_HEIGHT))
    figure.update_layout(bargap=0.12, bargroupgap=0.0, margin={"r": 20})
    figure.update_xaxes(title_text=_("Confidence"), range=[0, _PERCENT], dtick=20, **PERCENT_AXIS)
    figure.update_yaxes(title_text=_("Images"), type="log", dtick=1, **COUNT_AXIS)
    return figure


def threshold_points(answers: Answers) -> tuple[Floats, Floats, Floats]:
    """Threshold, share answered and accuracy, thinned to what an eye can tell apart."""
    levels, shares, accuracies = threshold_curve(answers)
    kept = np.unique(np.linspace(0, len(levels) - 1, _POINTS).round().astype(int))
    return levels[kept], shares[kept], accuracies[kept]


def threshold_figure(
    points: tuple[Floats, Floats, Floats],
    here: tuple[float, float | None],
    palette: Palette,
) -> go.Figure:
    """Accuracy on what is answered against the share that is.

    Args:
        points: as `threshold_points` gives them.
        here: share answered and accuracy at the chosen threshold.
        palette: colours.
    """
    levels, shares, accuracies = points
    words = _("at {level}: {share} answered, {accuracy} of them right", **_numbers())
    figure = go.Figure(
        [
            go.Scatter(
                x=_PERCENT * shares,
                y=_PERCENT * accuracies,
                customdata=_PERCENT * levels,
                mode="lines",
                name=_("Accuracy"),
                line={"color": palette.right, "width": 2.5},
                hovertemplate=f"{words}<extra></extra>",
            ),
            go.Scatter(
                x=[_PERCENT * here[0]],
                y=[None if here[1] is None else _PERCENT * here[1]],
                mode="markers",
                name=_("At the chosen threshold"),
                marker={"color": palette.wrong, "size": 13, "symbol": "diamond"},
                hoverinfo="skip",
            ),
        ]
    )
    figure.update_layout(**layout(palette, height=_HEIGHT))
    figure.update_layout(margin={"r": 20})
    figure.update_xaxes(title_text=_("Share answered"), range=[0, 102], **PERCENT_AXIS)
    figure.update_yaxes(title_text=_("Accuracy on what is answered"), **PERCENT_AXIS)
    return figure


def _numbers() -> dict[str, str]:
    return {
        "level": percent_at("customdata", 1),
        "share": percent_at("x", 1),
        "accuracy": percent_at("y"),
    }


def _about(found: Reliability) -> Floats:
    return np.column_stack([found.counts, _PERCENT * found.confidence, _PERCENT * found.accuracy])


def _hover() -> str:
    return _(
        "{count} images: {right} right, {confidence} expected",
        count=count_at("customdata[0]"),
        right=percent_at("customdata[2]", 1),
        confidence=percent_at("customdata[1]", 1),
    )


def _counted(*, right: bool) -> str:
    values = {"count": count_at("y"), "span": "%{customdata}"}
    if right:
        return _("{count} images right at a confidence of {span}", **values)
    return _("{count} images wrong at a confidence of {span}", **values)
