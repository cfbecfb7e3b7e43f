"""How exactly a number of test images tells an accuracy, and which differences mean something."""

from __future__ import annotations

import math

__all__ = ["accuracy_interval", "smallest_difference", "wilson"]

_Z = 1.959963984540054
"""The standard normal distribution has 95 % of its mass between -z and z."""


def wilson(right: int, total: int, z: float = _Z) -> tuple[float, float]:
    """The interval of a share at 95 %: Wilson's score interval (1927).

    Args:
        right: images that were right.
        total: all of them, at least 1.
        z: quantile of the normal distribution.

    Returns:
        Its ends, from 0 to 1.
    """
    if not 0 <= right <= total or not total:
        raise ValueError(f"{right} of {total}")
    share, square = right / total, z * z
    middle = share + square / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    whole = 1 + square / total
    low = 0.0 if right == 0 else (middle - half) / whole
    high = 1.0 if right == total else (middle + half) / whole
    return low, high


def accuracy_interval(accuracy: float, images: int) -> tuple[float, float]:
    """The interval of an accuracy that was measured on so many images, at 95 %.

    Args:
        accuracy: 0 to 1.
        images: 1 at least.

    Returns:
        Its ends, from 0 to 1.
    """
    return wilson(round(accuracy * images), images)


def smallest_difference(right: int, total: int, z: float = _Z) -> int:
    """By how many images another model must be off for chance alone to be unlikely (5 %).

    The test of two shares with a pooled variance, as if the two were tested on different images;
    on the same images McNemar's test tells smaller differences apart. The other model is looked
    for on the side with more room: below where half of the images or more are right.

    Returns:
        Images, from 1 to `total`; `total` where no difference would be enough.
    """
    if not 0 <= right <= total or not total:
        raise ValueError(f"{right} of {total}")
    towards = -1 if 2 * right >= total else 1
    low, high = 1, max(right, total - right)
    if not _means_something(right, right + towards * high, total, z):
        return total
    while low < high:
        middle = (low + high) // 2
        if _means_something(right, right + towards * middle, total, z):
            high = middle
        else:
            low = middle + 1
    return low


def _means_something(right: int, other: int, total: int, z: float) -> bool:
    pooled = (right + other) / (2 * total)
    error = math.sqrt(2 * pooled * (1 - pooled) / total)
    return abs(right - other) / total > z * error
