"""Text on coloured cells: which colour a scale has there, and which ink can be read on it.

Contrast is that of WCAG 2: 4.5 : 1 at least for text.
"""

from __future__ import annotations

import itertools

from dashboard.charts.theme import Palette, Scale

__all__ = ["READABLE", "colour_at", "contrast", "ink_on"]

READABLE = 4.5


def colour_at(scale: Scale, share: float) -> str:
    """The colour of a scale at a place from 0 to 1, mixed as Plotly mixes it."""
    share = min(max(share, 0.0), 1.0)
    for (low, before), (high, after) in itertools.pairwise(scale):
        if share <= high:
            part = (share - low) / (high - low)
            mixed = (
                round(a + (b - a) * part) for a, b in zip(_rgb(before), _rgb(after), strict=True)
            )
            return "#" + "".join(f"{value:02x}" for value in mixed)
    return scale[-1][1]


def ink_on(background: str, palette: Palette) -> str:
    """The palette's own text or page colour where it can be read there; else black or white."""
    own = max((palette.text, palette.background), key=lambda ink: contrast(ink, background))
    if contrast(own, background) >= READABLE:
        return own
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, background))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
