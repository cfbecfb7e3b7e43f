"""What is written on an image: which side is ink, and how much of it lies where.

A scan or a drawing has one paper colour, and its grey levels are kept as they are. On a photograph
the light is uneven and every pixel noisy: there the paper is what a morphological opening leaves
(J. Serra, Image Analysis and Mathematical Morphology, 1982: the top-hat transform), and ink is what
stands out of it by Otsu's threshold (N. Otsu, 1979).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from mlcore.insight.specks import without_specks

__all__ = ["Ink", "find_ink"]

_NEAR = 3  # levels from the paper's that count as paper
_FLAT = 0.5  # share of such pixels on a scan
_FAINT = 12  # levels up to which a compressed scan is noisy
_NOISY = 0.03  # share of pixels so faint from which it is one
_STRONG = 230  # levels; the blackest ink of MNIST has 250 or more, and weaker ink is stretched
_CONTRAST = 24  # levels at least between paper and ink on a photograph
_SIDE = 320  # pixels of a photograph's longer side while its paper is looked for
_WINDOW = 5  # a stroke is thinner than the image's side divided by it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ink:
    """An image as white ink on black paper.

    Attributes:
        turned: (H, W) the image, inverted where its paper is light.
        ink: (h, w) 0 is paper, 255 the strongest ink; of a photograph it may be smaller.
        inverted: whether the paper is light.
        uneven: whether the light was evened out, as on a photograph.
    """

    turned: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    inverted: bool
    uneven: bool


def find_ink(grey: NDArray[np.uint8]) -> Ink:
    """Tell ink from paper.

    The paper is what most pixels show; ink is on the side on which pixels differ from it most.

    Args:
        grey: (H, W).
    """
    smooth = np.asarray(Image.fromarray(grey).filter(ImageFilter.BoxBlur(1)), np.int64)
    paper = int(np.median(grey))
    inverted = paper - int(smooth.min()) > int(smooth.max()) - paper
    turned = (255 - grey if inverted else grey).astype(np.uint8)
    level = 255 - paper if inverted else paper
    flat = float((np.abs(turned.astype(np.int64) - level) <= _NEAR).mean()) >= _FLAT
    ink = _of_scan(turned, level) if flat else _of_photograph(turned)
    return Ink(turned=turned, ink=ink, inverted=inverted, uneven=not flat)


def _of_scan(turned: NDArray[np.uint8], level: int) -> NDArray[np.uint8]:
    """What lies above the one level of the paper; untouched where that is black."""
    ink = np.maximum(turned.astype(np.float64) - level, 0)
    faint = (ink > 0) & (ink <= _FAINT)
    if float(faint.mean()) > _NOISY:
        ink[faint] = 0
    strongest = float(ink.max())
    if 0 < strongest < _STRONG:
        ink *= 255 / strongest
    return np.rint(ink).astype(np.uint8)


def _of_photograph(turned: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What stands out of its surroundings, without specks."""
    image = Image.fromarray(turned)
    factor = -(-max(image.size) // _SIDE)
    small = image.reduce(factor) if factor > 1 else image
    smooth = np.asarray(small.filter(ImageFilter.GaussianBlur(1)), np.float64)  # (h, w)
    window = max(3, max(smooth.shape) // _WINDOW) | 1
    raised = smooth - _dilate(_erode(smooth, window), window)  # (h, w)
    raised = np.maximum(raised - np.median(raised), 0)
    threshold = _otsu(raised)
    above = raised > threshold
    if not above.any():
        return np.zeros(raised.shape, np.uint8)
    full = float(np.median(raised[above]))
    if full < _CONTRAST:
        return np.zeros(raised.shape, np.uint8)
    low = 0.6 * threshold
    ink = np.clip((raised - low) / (full - low), 0, 1) * 255
    return without_specks(np.rint(ink).astype(np.uint8))


def _erode(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """The smallest value within a square of `window` pixels around each."""
    return -_dilate(-values, window)


def _dilate(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """The largest value within a square of `window` pixels around each, as far as there are any."""
    rim = window // 2
    for axis in (0, 1):
        width = [(rim, rim) if axis == side else (0, 0) for side in (0, 1)]
        padded = np.pad(values, width, constant_values=-np.inf)
        views = np.lib.stride_tricks.sliding_window_view(padded, window, axis=axis)
        values = views.max(axis=-1)
    return values


def _otsu(values: NDArray[np.float64]) -> float:
    """The threshold that parts values into two classes with the largest variance between them."""
    counts, edges = np.histogram(values, bins=256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)  # (256,)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = sums / below - (sums[-1] - sums) / above
        between = np.nan_to_num(below * above * apart**2)
    return float(centres[int(between.argmax())])
