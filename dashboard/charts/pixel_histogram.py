"""How bright the pixels are, before and after `ToTensor` and `Normalize`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from dashboard.charts.numbers import TIGHT_COUNT_AXIS, count_at, short_at
from dashboard.charts.table import Table
from dashboard.charts.theme import SMALL, TEXT, Palette, axis, layout
from dashboard.words.translation import _
from dashboard.words.wording import percent, short, signed

__all__ = ["HistogramInfo", "histogram_figure", "histogram_info", "histogram_table", "pixel_counts"]

_LEVELS = 256
_BARS = 32
_CHUNK = 4_000  # images counted at a time: bincount copies them as int64


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramInfo:
    """Bars over the raw levels; the same bars have other positions after normalising."""

    counts: tuple[int, ...]  # pixels in each bar
    raw: tuple[float, ...]  # middle of each bar, 0 to 255
    normalised: tuple[float, ...]  # the same after (x / 255 - mean) / std
    raw_mean: float  # of all pixels
    raw_std: float
    mean: float  # after normalising
    std: float
    black: float  # share of pixels that are 0


def pixel_counts(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels of (N, 28, 28) images have each of the 256 levels; (256,)."""
    counts = np.zeros(_LEVELS, np.int64)
    for first in range(0, len(images), _CHUNK):
        counts += np.bincount(images[first : first + _CHUNK].reshape(-1), minlength=_LEVELS)
    return counts


def histogram_info(counts: NDArray[np.int64], mean: float, std: float) -> HistogramInfo:
    """Bars and key figures of level counts (256,), for a normalisation by `mean` and `std`."""
    levels = np.arange(_LEVELS)
    total = max(int(counts.sum()), 1)
    raw_mean = float(counts @ levels) / total
    raw_std = math.sqrt(float(counts @ (levels - raw_mean) ** 2) / total)
    middles = levels.reshape(_BARS, -1).mean(axis=1)  # (32,)
    return HistogramInfo(
        counts=tuple(counts.reshape(_BARS, -1).sum(axis=1).tolist()),
        raw=tuple(middles.tolist()),
        normalised=tuple(((middles / 255 - mean) / std).tolist()),
        raw_mean=raw_mean,
        raw_std=raw_std,
        mean=(raw_mean / 255 - mean) / std,
        std=raw_std / 255 / std,
        black=float(counts[0]) / total,
    )


def histogram_figure(info: HistogramInfo, colours: Palette, *, log: bool = True) -> go.Figure:
    """Two histograms side by side with their means marked; both count the same pixels."""
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=(_("In the files: 0 to 255"), _("What the model gets")),
    )
    sides = (
        (info.raw, info.raw_mean, colours.series[0], _("Pixel value")),
        (info.normalised, info.mean, colours.series[2], _("Normalised value")),
    )
    figure.update_layout(**layout(colours, height=320))
    for column, (middles, mean, colour, title) in enumerate(sides, start=1):
        figure.add_bar(
            x=list(middles),
            y=list(info.counts),
            marker={"color": colour, "line": {"width": 0}},
            hovertemplate=_hover() + "<extra></extra>",
            row=1,
            col=column,
        )
        written = short(mean, 3)
        figure.add_vline(
            mean,
            line={"color": colours.muted, "width": 1.5, "dash": "dot"},
            annotation={
                "text": _("mean {value}", value=written),
                "font": {"color": colours.muted, "size": SMALL},
                "yanchor": "top",
            },
            row=1,
            col=column,
        )
        figure.update_xaxes(zeroline=False, **axis(colours), row=1, col=column)
        figure.update_xaxes(title_text=title, row=1, col=column)
    figure.update_layout(showlegend=False, bargap=0.05, margin={"t": 34})
    figure.update_annotations(font={"color": colours.muted, "size": TEXT})
    figure.update_yaxes(
        type="log" if log else "linear",
        **TIGHT_COUNT_AXIS,
        dtick=1 if log else None,
        **axis(colours),
    )
    figure.update_yaxes(title_text=_("Pixels"), col=1)
    return figure


def _hover() -> str:
    return _("about {value}: {count} pixels", value=short_at("x", 3), count=count_at("y"))


def histogram_table(info: HistogramInfo) -> Table:
    """The bars: grey values, what normalising makes of their middle, and how many pixels."""
    width = _LEVELS // _BARS
    total = max(sum(info.counts), 1)
    return Table(
        (_("Pixel value"), _("Normalised value"), _("Pixels"), _("Share")),
        tuple(
            (
                f"{bar * width} – {bar * width + width - 1}",
                signed(info.normalised[bar], 2),
                f"{count:,}",
                percent(count / total),
            )
            for bar, count in enumerate(info.counts)
        ),
    )
