"""How many images each class has in each split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.numbers import COUNT_AXIS, PERCENT_AXIS, count_at, percent_at
from dashboard.charts.signs import PATTERNS
from dashboard.charts.table import Table
from dashboard.charts.theme import Palette, layout
from dashboard.words.translation import _
from dashboard.words.wording import figure as figure_in_words
from dashboard.words.wording import percent

__all__ = ["BalanceInfo", "balance_figure", "balance_info", "balance_table", "balance_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitBalance:
    """One split: images of each class, and their share in the split."""

    name: str
    counts: tuple[int, ...]  # one per class
    shares: tuple[float, ...]  # 0 to 1; all 0 in an empty split


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceInfo:
    """The splits that hold images, in the order given."""

    classes: tuple[str, ...]
    splits: tuple[SplitBalance, ...]
    rarest: str  # class with the fewest images in the first split
    commonest: str  # class with the most
    ratio: float  # most to fewest; infinite where a class has none


def balance_info(labels: Mapping[str, NDArray[np.int64]], classes: Sequence[str]) -> BalanceInfo:
    """Count the labels (N,) of each split; splits without images are left out."""
    splits = tuple(
        _count(name, values, len(classes)) for name, values in labels.items() if len(values)
    )
    counts = np.array(splits[0].counts)
    rarest, commonest = int(counts.argmin()), int(counts.argmax())
    return BalanceInfo(
        classes=tuple(classes),
        splits=splits,
        rarest=classes[rarest],
        commonest=classes[commonest],
        ratio=float(counts[commonest] / counts[rarest]) if counts[rarest] else float("inf"),
    )


def balance_figure(info: BalanceInfo, colours: Palette, *, shares: bool = False) -> go.Figure:
    """Grouped bars, one group a class; as shares the splits can be compared with each other."""
    figure = go.Figure(
        [
            go.Bar(
                name=split.name,
                x=list(info.classes),
                y=[value * 100 for value in split.shares] if shares else list(split.counts),
                customdata=np.column_stack([split.counts, np.array(split.shares) * 100]),
                hovertemplate=_hover(split.name) + "<extra></extra>",
                marker={
                    "color": colour,
                    "line": {"width": 0},
                    "pattern": {
                        "shape": pattern,
                        "fillmode": "overlay",
                        "fgcolor": colours.background,
                        "solidity": 0.25,
                        "size": 5,
                    },
                },
            )
            for split, colour, pattern in zip(info.splits, colours.series, PATTERNS, strict=False)
        ]
    )
    figure.update_layout(**layout(colours, height=320))
    figure.update_layout(bargap=0.25, bargroupgap=0.08)
    figure.update_yaxes(**(PERCENT_AXIS if shares else COUNT_AXIS))
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(title_text=_("Share of the split") if shares else _("Images"))
    return figure


def balance_table(info: BalanceInfo) -> Table:
    """Images of each class in each split, and their share in it."""
    return Table(
        (_("Class"), *(split.name for split in info.splits)),
        tuple(
            (
                name,
                *(
                    f"{split.counts[number]:,} ({percent(split.shares[number], 1)})"
                    for split in info.splits
                ),
            )
            for number, name in enumerate(info.classes)
        ),
    )


def balance_words(info: BalanceInfo) -> str:
    """How evenly the first split is spread over the classes."""
    return _(
        "In the training images, the commonest class ({commonest}) has {ratio} times as "
        "many images as the rarest ({rarest}).",
        commonest=info.commonest,
        ratio=figure_in_words(info.ratio, 2),
        rarest=info.rarest,
    )


def _hover(split: str) -> str:
    return _(
        "{label}: {count} images ({share} of {split})",
        label="%{x}",
        count=count_at("customdata[0]"),
        share=percent_at("customdata[1]", 1),
        split=split,
    )


def _count(name: str, labels: NDArray[np.int64], classes: int) -> SplitBalance:
    counts = np.bincount(labels, minlength=classes)
    return SplitBalance(
        name=name,
        counts=tuple(counts.tolist()),
        shares=tuple((counts / max(len(labels), 1)).tolist()),
    )
