"""An image file that nobody should trust, as grey pixels: checked before it is decoded.

Size and kind are read from the header; only then are the pixels decoded, by the few decoders that
are named here. A page does that in a short job, with little memory.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from mlcore.errors import ImageError
from mlcore.files import read_bytes
from mlcore.words import NO_IMAGE, file_size

__all__ = ["FORMATS", "MOST_BYTES", "MOST_PIXELS", "WORKING_SIDE", "decode_grey", "read_grey"]

FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
"""The formats that are read, as Pillow calls them."""

MOST_BYTES = 32 * 2**20
"""The longest file that is read."""

MOST_PIXELS = 25_000_000
"""The most pixels that are decoded; a larger JPEG is decoded at a half to an eighth of its size."""

WORKING_SIDE = 1024
"""Pixels of the longer side, at most, of what is handed out."""

_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I")  # 0 to 65,535
_SEE_THROUGH = ("RGBA", "LA", "PA", "RGBa", "La")


def read_grey(path: Path) -> NDArray[np.uint8]:
    """The image in a file as `decode_grey` gives it.

    Raises:
        ImageError: the file cannot be read, or is refused.
    """
    try:
        return decode_grey(read_bytes(path, MOST_BYTES))
    except OSError as error:
        raise ImageError(
            "{file} cannot be read ({reason}): check its name.",
            file=path,
            reason=error.strerror or str(error),
        ) from error
    except ValueError:
        raise ImageError(
            "{file} is longer than {most}: save the image smaller.",
            file=path,
            most=file_size(MOST_BYTES),
        ) from None


def decode_grey(content: bytes) -> NDArray[np.uint8]:
    """Grey pixels of a PNG, JPEG, WebP, BMP or GIF of any mode, upright as its EXIF data say.

    Colours become grey by ITU-R 601; 16 bits become 8; what is see-through lies on white, or on
    black where what is drawn is light. Of an animation the first image is taken.

    Args:
        content: the file.

    Returns:
        `(H, W)`, `WORKING_SIDE` pixels at most on a side: larger images are averaged down.

    Raises:
        ImageError: it is no such image, damaged, or larger than `MOST_PIXELS`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bombs: the size is checked here, and more tightly
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                return _decoded(image)
    except (ImageError, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise _too_large() from None
    except Exception as error:  # decoders raise whatever a damaged file makes them raise
        raise ImageError(NO_IMAGE) from error


def _decoded(image: Image.Image) -> NDArray[np.uint8]:
    if image.format == "JPEG" and max(image.size) > WORKING_SIDE:
        image.draft(None, (WORKING_SIDE, WORKING_SIDE))
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(image.size)
    upright = ImageOps.exif_transpose(image)
    factor = -(-max(upright.size) // WORKING_SIDE)
    grey = _grey(upright)
    if factor > 1:
        grey = grey.reduce(factor)
    return np.asarray(grey, np.uint8)  # (H, W)


def _grey(image: Image.Image) -> Image.Image:
    """The image in mode "L"."""
    if image.mode in _DEEP:
        deep = np.asarray(image).astype(np.float64).clip(0, 65_535)
        return Image.fromarray(np.rint(deep / 257).astype(np.uint8))
    if image.mode in _SEE_THROUGH or "transparency" in image.info:
        return _on_paper(image.convert("RGBA"))
    if image.mode == "P":
        image = image.convert("RGB")
    return image.convert("L")


def _on_paper(image: Image.Image) -> Image.Image:
    """An image with holes, laid on white; on black where what is drawn is lighter than half."""
    alpha = image.getchannel("A")
    drawn, opaque = np.asarray(image.convert("RGB").convert("L")), np.asarray(alpha)
    weight = float(opaque.sum(dtype=np.float64))
    light = weight > 0 and float((drawn * opaque.astype(np.float64)).sum()) / weight > 127.5
    whole = bool(opaque.min() == 255)
    paper = Image.new("L", image.size, 0 if light and not whole else 255)
    paper.paste(image.convert("RGB").convert("L"), mask=alpha)
    return paper


def _too_large(size: tuple[int, int] | None = None) -> ImageError:
    if size is None:
        return ImageError("The image is too large: save it with fewer pixels.")
    return ImageError(
        "The image has {width:,} × {height:,} pixels, more than {most:,}: save it smaller.",
        width=size[0],
        height=size[1],
        most=MOST_PIXELS,
    )
