"""An array of numbers that grows at its end and can be truncated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["GrowableArray"]

_FURTHEST = 10_000_000  # values; a jump further than this is damage, not data


class GrowableArray:
    """Numbers by position, from 0; positions that were skipped hold NaN.

    They are float32, until `hold` says otherwise. Memory doubles when it is full, so that
    appending n values costs O(n) in all.
    """

    def __init__(self) -> None:
        self._buffer: NDArray[np.floating[Any]] = np.empty(1024, dtype=np.float32)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[np.floating[Any]]:
        """All values, as a read-only view `(n,)`; no copy."""
        view = self._buffer[: self._length]
        view.flags.writeable = False
        return view

    def write(self, position: int, values: Sequence[float]) -> None:
        """Write values from `position` on; what was there and after it is dropped.

        Raises:
            ValueError: the position is negative, or absurdly far after the end.
        """
        if not 0 <= position <= self._length + _FURTHEST:
            raise ValueError(f"position {position} in an array of {self._length}")
        end = position + len(values)
        if end > len(self._buffer) or not self._buffer.flags.writeable:
            grown = np.empty(max(end, 2 * len(self._buffer)), dtype=self._buffer.dtype)
            grown[: self._length] = self._buffer[: self._length]
            self._buffer = grown

        self._buffer[self._length : position] = np.nan
        with np.errstate(over="ignore"):  # beyond float32 it is infinite
            self._buffer[position:end] = values
        self._length = end

    def hold(self, dtype: str) -> None:
        """Keep numbers of this kind from now on: "float64", or else float32."""
        kind = np.float64 if dtype == "float64" else np.float32
        if self._buffer.dtype != kind:
            held, self._buffer = self.values, np.empty(len(self._buffer), dtype=kind)
            self._buffer[: len(held)] = held

    def snapshot(self) -> GrowableArray:
        """The values up to now; what is appended later is not in it. No copy of the values.

        The copy is made when something is appended to the snapshot itself.
        """
        taken = GrowableArray.__new__(GrowableArray)
        taken._buffer, taken._length = self.values, self._length
        return taken

    def truncate(self, length: int) -> None:
        """Drop what is at `length` and after it."""
        self._length = min(self._length, max(0, length))
