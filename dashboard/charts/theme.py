"""Colours of the charts, one palette for light and one for dark pages.

The colours of series and of classes are distinct under simulated protanopia, deuteranopia and
tritanopia, and have a contrast of at least 3:1 to the page; tests measure both. They agree with
`dashboard/.streamlit/config.toml`. What they tell apart has a second sign, of `charts.signs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = [
    "CLEAR",
    "DARK",
    "LIGHT",
    "POWERS",
    "SMALL",
    "TEXT",
    "Palette",
    "Scale",
    "axis",
    "layout",
    "palette",
]

Scale = tuple[tuple[float, str], ...]
"""Plotly's colour scale: position in 0 to 1, colour; the first is the page or close to it."""


CLEAR = "rgba(0,0,0,0)"
"""What is not there: the page is seen through it."""


TEXT, SMALL = 13, 12
"""Sizes of texts in charts, pixels: titles and legends; numbers on axes and notes."""

POWERS = SMALL / 1.25
"""Of an axis of powers of ten, which Plotly writes a quarter larger than asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours that charts on one kind of page use."""

    name: str  # "light" or "dark"
    background: str
    text: str
    muted: str  # secondary text
    grid: str  # lines and quiet areas
    series: tuple[str, ...]  # categorical, in the order to be used
    classes: tuple[str, ...]  # of class 0 to 9 on every chart; `charts.signs` has what follows
    right: str  # correct predictions
    wrong: str  # mistakes
    right_scale: Scale
    wrong_scale: Scale
    diverging: Scale  # below 0, 0, above 0


LIGHT = Palette(
    name="light",
    background="#ffffff",
    text="#1b2a30",
    muted="#566970",
    grid="#dfe7e9",
    series=("#00618f", "#e8631f", "#089994", "#bb64c9", "#754f02"),
    classes=(
        *("#00618f", "#e8631f", "#089994", "#bb64c9", "#754f02"),
        *("#58024c", "#88975e", "#a4204e", "#083419", "#4f1590"),
    ),
    right="#00618f",
    wrong="#e8631f",
    right_scale=((0.0, "#f4f8fb"), (0.5, "#8dbbdc"), (1.0, "#1268a8")),
    wrong_scale=((0.0, "#fff8f2"), (0.5, "#f7b07a"), (1.0, "#c24e06")),
    diverging=((0.0, "#dcae84"), (0.5, "#f7f7f5"), (1.0, "#00618f")),
)

DARK = Palette(
    name="dark",
    background="#11191d",
    text="#e3ecee",
    muted="#a3b4ba",
    grid="#2a393f",
    series=("#4e9bf2", "#f8a166", "#3bd0a3", "#e8b2f4", "#c2a211"),
    classes=(
        *("#4e9bf2", "#f8a166", "#3bd0a3", "#e8b2f4", "#c2a211"),
        *("#b0579d", "#ddf4ad", "#d8396a", "#698125", "#6765eb"),
    ),
    right="#4e9bf2",
    wrong="#f8a166",
    right_scale=((0.0, "#162126"), (0.5, "#2c648f"), (1.0, "#6fbbf5")),
    wrong_scale=((0.0, "#1b1f20"), (0.5, "#94541c"), (1.0, "#ffa559")),
    diverging=((0.0, "#7a4a22"), (0.5, "#1d2a30"), (1.0, "#4e9bf2")),
)


def palette(name: str | None) -> Palette:
    """The palette of a page whose theme is "light" or "dark"; light where it is not known."""
    return DARK if name == "dark" else LIGHT


def axis(colours: Palette) -> dict[str, Any]:
    """What all axes share: quiet lines and labels."""
    return {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zerolinecolor": colours.grid,
        "tickfont": {"color": colours.muted, "size": SMALL},
        "title": {"font": {"color": colours.muted, "size": TEXT}, "standoff": 8},
        "automargin": True,
    }


def layout(colours: Palette, *, height: int) -> dict[str, Any]:
    """What the layouts of all figures share: transparent, quiet grid, no wasted margin."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"color": colours.text, "size": TEXT},
        "colorway": list(colours.series),
        "xaxis": axis(colours),
        "yaxis": axis(colours),
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "title": None},
        "hoverlabel": {"bgcolor": colours.background, "font": {"color": colours.text}},
        "modebar": {"bgcolor": CLEAR, "color": colours.muted},
    }
