"""Made-up photographs: ink on paper under uneven light, with noise."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

__all__ = ["as_jpeg", "photograph"]

SHARE = 0.6  # of the height that the image takes


def photograph(
    image: NDArray[np.uint8],
    seed: int,
    *,
    height: int = 600,
    light: tuple[int, int] = (110, 230),
    noise: float = 8.0,
    shadow: bool = False,
) -> NDArray[np.uint8]:
    """White ink on black (28, 28) as dark ink on paper, as a phone would take it.

    Args:
        image: what is written.
        seed: of place, direction of the light and noise.
        height: pixels; the width is four thirds of it.
        light: levels of the paper in its darkest and its brightest corner.
        noise: standard deviation of a pixel.
        shadow: a hand's shadow with a hard edge lies over a part.
    """
    rng = np.random.default_rng(seed)
    width, side = height * 4 // 3, int(height * SHARE)
    large = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    ink = np.zeros((height, width))
    top, left = (int(rng.integers(8, room - side - 8)) for room in (height, width))
    ink[top : top + side, left : left + side] = np.asarray(
        large.filter(ImageFilter.GaussianBlur(2))
    )
    ink /= 255
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    along, across = (
        x * np.cos(angle) + y * np.sin(angle),
        x * np.sin(angle) - y * np.cos(angle),
    )
    paper = light[0] + (light[1] - light[0]) * (along + 1.4) / 2.8 - 12 * (x**2 + y**2)
    if shadow:
        paper = np.where(across > 0.3, 0.7 * paper, paper)
    grey = paper * (1 - ink) + 0.3 * paper * ink + rng.normal(0, noise, paper.shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def as_jpeg(grey: NDArray[np.uint8], quality: int = 80) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "JPEG", quality=quality)
    return stream.getvalue()
