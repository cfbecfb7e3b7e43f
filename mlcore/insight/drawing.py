"""From any image to a model's 28 × 28 pixels, by the steps in which MNIST was made.

"The original black and white (bilevel) images from NIST were size normalized to fit in a 20x20
pixel box while preserving their aspect ratio. The resulting images contain grey levels as a result
of the anti-aliasing technique used by the normalization algorithm. The images were centered in a
28x28 image by computing the center of mass of the pixels, and translating the image so as to
position this point at the center of the 28x28 field." (Y. LeCun, C. Cortes and C. Burges, The MNIST
database of handwritten digits, 1998.) In its files that centre is the middle of pixel 14, counted
from 0, to half a pixel: images are moved by whole pixels.

Every step is done in whole numbers, so that the page's script gets the same pixels to the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mlcore.config import SIDE
from mlcore.errors import ImageError
from mlcore.insight.ink import find_ink

__all__ = ["BOX", "Drawing", "Step", "StepName", "prepare", "resize"]

BOX = 20
"""Pixels of the longer side of what is written."""

_CENTRE = 14  # the pixel at which the centre of mass comes to lie
_SHOWN = 280  # pixels of the longer side of a step that is only shown

StepName = Literal["grey", "inverted", "evened", "cropped", "boxed", "centred", "resized"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """The image after one step; a large one is shown smaller."""

    name: StepName
    image: NDArray[np.uint8]  # (h, w)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """An image that a model can take, and how it came about.

    Attributes:
        image: (28, 28) white ink on black, as MNIST's.
        steps: in their order; the last one's image is `image`.
        inverted: whether the paper was light.
        uneven: whether the light was evened out, as on a photograph.
    """

    image: NDArray[np.uint8]
    steps: tuple[Step, ...]
    inverted: bool
    uneven: bool = False


def prepare(
    grey: NDArray[np.uint8], *, centre: bool = True, paper: Literal["find", "black"] = "find"
) -> Drawing:
    """An image as MNIST's are.

    Args:
        grey: (H, W).
        centre: crop it, fit it into 20 × 20 and centre it by its mass; otherwise the whole image
            is only resized to 28 × 28.
        paper: "black" where the image is known to be white ink on black; "find" looks.

    Raises:
        ImageError: nothing is written on it.
    """
    steps = [Step(name="grey", image=_shown(grey))]
    inverted, uneven, ink = False, False, grey
    if paper == "find":
        found = find_ink(grey)
        inverted, uneven, ink = found.inverted, found.uneven, found.ink
        if inverted:
            steps.append(Step(name="inverted", image=_shown(found.turned)))
        if uneven:
            steps.append(Step(name="evened", image=_shown(ink)))
    rows, columns = _box(ink)
    if not centre:
        image = resize(ink, SIDE, SIDE)
        steps.append(Step(name="resized", image=image))
        return Drawing(image=image, steps=tuple(steps), inverted=inverted, uneven=uneven)
    cropped = ink[rows, columns]
    boxed = _boxed(cropped)
    image = _centred(boxed)
    steps += [
        Step(name="cropped", image=_shown(cropped)),
        Step(name="boxed", image=boxed),
        Step(name="centred", image=image),
    ]
    return Drawing(image=image, steps=tuple(steps), inverted=inverted, uneven=uneven)


def resize(image: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    """Each new pixel is the mean of what lies below it, by area: the anti-aliasing of MNIST.

    Sums are of whole numbers below 2**53 and so exact; a half is rounded up.

    Args:
        image: (H, W).
        rows: of the new image.
        columns: of it.

    Returns:
        (rows, columns).
    """
    across = _overlaps(image.shape[0], rows)  # (rows, H)
    along = _overlaps(image.shape[1], columns)  # (columns, W)
    sums = across @ image.astype(np.float64) @ along.T  # (rows, columns)
    whole = image.shape[0] * image.shape[1]
    means: NDArray[np.uint8] = np.floor((2 * sums + whole) / (2 * whole)).astype(np.uint8)
    return means


def _overlaps(before: int, after: int) -> NDArray[np.float64]:
    """(after, before) how much of each old pixel lies below each new one; a row sums to `before`.

    The side is `before * after` long, so that all pixels begin at whole numbers.
    """
    new, old = np.arange(after)[:, None], np.arange(before)[None, :]
    ends = np.minimum((new + 1) * before, (old + 1) * after)
    starts = np.maximum(new * before, old * after)
    overlaps: NDArray[np.float64] = np.maximum(ends - starts, 0).astype(np.float64)
    return overlaps


def _box(ink: NDArray[np.uint8]) -> tuple[slice, slice]:
    """Rows and columns between which all ink lies."""
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise ImageError(
            "Nothing is written on the image: draw a digit, or choose an image on which ink and "
            "paper differ more."
        )
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _boxed(cropped: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fit into 20 × 20, the ratio kept: the longer side has 20 pixels, the other one at least."""
    height, width = cropped.shape
    longer = max(height, width)
    sides = (max(1, (2 * BOX * side + longer) // (2 * longer)) for side in (height, width))
    return resize(cropped, *sides)


def _centred(boxed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Set into 28 × 28, with the centre of mass in the middle; nothing is cut off."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    values = boxed.astype(np.int64)
    mass = int(values.sum())
    places = []
    for axis, side in enumerate(boxed.shape):
        moment = int((values.sum(axis=1 - axis) * np.arange(side)).sum())
        place = (2 * _CENTRE * mass - 2 * moment + mass) // (2 * mass) if mass else 0
        places.append(min(max(place, 0), SIDE - side))
    top, left = places
    image[top : top + boxed.shape[0], left : left + boxed.shape[1]] = boxed
    return image


def _shown(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An image that is only looked at, `_SHOWN` pixels at most on a side."""
    height, width = image.shape
    longer = max(height, width)
    if longer <= _SHOWN:
        return image
    return resize(image, max(1, height * _SHOWN // longer), max(1, width * _SHOWN // longer))
