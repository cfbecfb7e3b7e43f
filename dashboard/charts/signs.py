"""The second sign beside a colour: a kind of line, a mark, a pattern, a letter.

Where things are told apart by colour they have one of these too, for those who see fewer colours
and for paper. A class has the same colour, line, mark and letter on every chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.charts.theme import Palette

__all__ = [
    "DASHES",
    "PATTERNS",
    "SYMBOLS",
    "class_colour",
    "class_letters",
    "class_line",
    "class_mark",
    "line_sign",
    "mark_sign",
]

DASHES = (
    "solid",
    "dash",
    "dot",
    "dashdot",
    "longdash",
    "longdashdot",
    "3px,2px",
    "12px,3px,3px,3px,3px,3px",
    "8px,8px",
    "1px,5px",
)
"""Kinds of line, as Plotly names them or as lengths of strokes and gaps; the plainest first."""

SYMBOLS = (
    "circle",
    "diamond",
    "square",
    "triangle-up",
    "x",
    "star",
    "cross",
    "triangle-down",
    "hexagon",
    "bowtie",
)
"""Marks of points, by Plotly's names."""

PATTERNS = ("", "/", ".", "x", "-")
"""Of bars."""

_LETTERS = 26


def line_sign(index: int) -> str:
    """The kind of line of the curve at a place in a row of curves."""
    return DASHES[index % len(DASHES)]


def mark_sign(index: int) -> str:
    """The mark of the points at a place in a row."""
    return SYMBOLS[index % len(SYMBOLS)]


def class_colour(number: int, palette: Palette) -> str:
    """The colour of a class: the first ten have their own, and then it starts again."""
    return palette.classes[number % len(palette.classes)]


def class_line(number: int, palette: Palette) -> dict[str, Any]:
    """The line of a class, as Plotly takes it; no two of a hundred share colour and kind."""
    return {"color": class_colour(number, palette), "dash": line_sign(_shifted(number, palette))}


def class_mark(number: int, palette: Palette) -> dict[str, Any]:
    """The mark of a class, as Plotly takes it; no two of a hundred share colour and symbol."""
    return {"color": class_colour(number, palette), "symbol": mark_sign(_shifted(number, palette))}


def class_letters(classes: Sequence[str]) -> list[str]:
    """A character for each class: its name where all names are that short, else a letter.

    With more than 26 classes letters come again, in another colour each time.
    """
    if all(len(name) == 1 for name in classes):
        return list(classes)
    return [chr(ord("A") + number % _LETTERS) for number in range(len(classes))]


def _shifted(number: int, palette: Palette) -> int:
    """The place of a class's sign: one further each time that the colours start again."""
    return number + number // len(palette.classes)
