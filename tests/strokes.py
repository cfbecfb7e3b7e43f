"""Digits as a person draws them: lines of a pen, within a square of side 1, y downwards."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

__all__ = ["DIGITS", "POSITIONS", "SIDE", "WIDTH", "placed", "rendered"]

SIDE = 280  # pixels of the pad
WIDTH = 22  # of its pen

Point = tuple[float, float]
Line = list[Point]


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Line:
    """Points on an ellipse; angles in degrees, 0 to the right, 90 down."""
    steps = 24
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


DIGITS: dict[int, list[Line]] = {
    0: [_arc(0.5, 0.5, 0.32, 0.5, -90, 270)],
    1: [[(0.52, 0.0), (0.48, 1.0)]],
    2: [[*_arc(0.5, 0.28, 0.34, 0.28, 190, 385), (0.1, 1.0), (0.9, 0.98)]],
    3: [[*_arc(0.45, 0.25, 0.33, 0.25, 200, 440), *_arc(0.45, 0.74, 0.38, 0.26, 275, 520)]],
    4: [[(0.2, 0.0), (0.12, 0.55), (0.85, 0.52)], [(0.75, 0.02), (0.66, 1.0)]],
    5: [[(0.85, 0.0), (0.25, 0.02), (0.2, 0.42), *_arc(0.45, 0.68, 0.36, 0.31, 235, 500)]],
    6: [[(0.68, 0.0), (0.32, 0.36), *_arc(0.46, 0.72, 0.28, 0.27, 190, 550)]],
    7: [[(0.1, 0.04), (0.88, 0.0), (0.62, 0.45), (0.42, 1.0)]],
    8: [[*_arc(0.5, 0.24, 0.26, 0.24, 90, -270), *_arc(0.5, 0.74, 0.3, 0.26, -90, 280)]],
    9: [[*_arc(0.46, 0.28, 0.3, 0.27, -20, -380), (0.74, 0.2), (0.66, 1.0)]],
}
"""Digit → its lines."""

POSITIONS: dict[str, tuple[float, float, float]] = {
    "middle": (0.24, 0.2, 0.58),
    "top left": (0.06, 0.06, 0.45),
    "top right": (0.5, 0.07, 0.45),
    "bottom left": (0.05, 0.5, 0.45),
    "bottom right": (0.5, 0.49, 0.45),
}
"""Where a digit is drawn: left, top and height, as shares of the pad."""


def placed(digit: int, position: str) -> Iterator[Line]:
    """The lines of a digit at a position of the pad, as shares of its side."""
    left, top, height = POSITIONS[position]
    for line in DIGITS[digit]:
        yield [(left + height * x, top + height * y) for x, y in line]


def rendered(digit: int, position: str, *, scale: int = 4) -> NDArray[np.uint8]:
    """The pad (280, 280) with a digit on it: white on black, smooth."""
    side, width = SIDE * scale, WIDTH * scale
    image = Image.new("L", (side, side))
    pen = ImageDraw.Draw(image)
    for line in placed(digit, position):
        points = [(x * side, y * side) for x, y in line]
        pen.line(points, fill=255, width=width)
        for x, y in points:
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    return np.asarray(image.reduce(scale))
