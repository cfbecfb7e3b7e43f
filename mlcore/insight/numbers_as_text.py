"""Numbers of a drawing as text for JSON, and read back without trusting it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "Floats", "as_bytes", "from_bytes", "packed", "unpacked", "whole"]

LARGEST = 1e38
"""Numbers of this size and more have no text that is read back."""

Floats = NDArray[np.float32]


def packed(values: Floats) -> str:
    """The four bytes of each number, in Base64."""
    return base64.b64encode(values.astype("<f4", copy=False).tobytes()).decode()


def unpacked(text: str, shape: tuple[int, ...]) -> Floats:
    """The numbers that `packed` wrote.

    Raises:
        TypeError, ValueError: it is no such text, of another shape, or not all are finite.
    """
    values = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32)
    if not np.isfinite(values).all():
        raise ValueError("a number that is not finite")
    return values.reshape(shape)


def as_bytes(values: Floats) -> dict[str, Any]:
    """One signed byte a number: the largest by size is 127 or -127."""
    largest = float(np.abs(values).max()) or 1.0
    levels = np.round(values / np.float32(largest) * 127).astype(np.int8)
    return {"largest": largest, "levels": base64.b64encode(levels.tobytes()).decode()}


def from_bytes(record: Mapping[str, Any], shape: tuple[int, ...]) -> Floats:
    """The numbers that `as_bytes` wrote, to the nearest of 255 levels.

    Raises:
        KeyError, TypeError, ValueError: it is no such object, or of another shape.
    """
    levels = np.frombuffer(base64.b64decode(record["levels"], validate=True), np.int8)
    largest = float(record["largest"])
    if not 0 < largest < LARGEST:
        raise ValueError("a scale out of range")
    return (levels.astype(np.float32) * np.float32(largest / 127)).reshape(shape)


def whole(value: Any, below: int) -> int:
    """The whole number that a record states, from 0 to less than `below`.

    Raises:
        ValueError: it is none, or out of range.
    """
    if type(value) is not int or not 0 <= value < below:
        raise ValueError("no whole number, or out of range")
    return value
