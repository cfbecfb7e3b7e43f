"""Pictures as small files: WebP, which GitHub and browsers show."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

__all__ = ["FOLDER", "write_animation", "write_picture"]

FOLDER = Path(__file__).parents[2] / "docs"
"""Where the README's pictures lie; outside the packages, so that no installation carries them."""

_QUALITY = 55  # of 100: text stays sharp, and a picture has 20 to 50 KB
_MOVING = 18
_SCALE = 0.9  # of a film


def write_picture(png: bytes, name: str) -> Path:
    """One picture, from what the browser gave."""
    path = FOLDER / f"{name}.webp"
    path.parent.mkdir(exist_ok=True)
    _opened(png).save(path, quality=_QUALITY, method=6)
    return path


def write_animation(pngs: Sequence[bytes], name: str, each: int, last: int) -> Path:
    """A looped animation.

    Args:
        pngs: its frames.
        name: of the file, without its ending.
        each: milliseconds of a frame.
        last: milliseconds of the last one, before it begins again.
    """
    path = FOLDER / f"{name}.webp"
    path.parent.mkdir(exist_ok=True)
    first, *more = (_smaller(_opened(png)) for png in pngs)
    first.save(
        path,
        save_all=True,
        append_images=more,
        duration=[*(each for _ in more), last],
        loop=0,
        quality=_MOVING,
        method=4,
    )
    return path


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def _smaller(image: Image.Image) -> Image.Image:
    size = round(image.width * _SCALE), round(image.height * _SCALE)
    return image.resize(size, Image.Resampling.LANCZOS)
