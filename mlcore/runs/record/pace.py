"""How many steps a run takes per second, from when its losses were recorded."""

from __future__ import annotations

from collections import deque

__all__ = ["Pace"]

_WINDOW = 5.0  # seconds over which the pace is taken


class Pace:
    """The pace of the last seconds."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque(maxlen=200)  # (unix seconds, step)

    def add(self, now: float, step: int) -> None:
        """Note that so many steps were done at this time (unix seconds)."""
        self._points.append((now, step))
        while self._points and not 0 <= now - self._points[0][0] <= _WINDOW:
            self._points.popleft()  # too old, or from before the clock was set back

    def clear(self) -> None:
        """Start again, as after a pause."""
        self._points.clear()

    def snapshot(self) -> Pace:
        """The pace up to now."""
        taken = Pace()
        taken._points = self._points.copy()
        return taken

    @property
    def steps_per_second(self) -> float | None:
        """Steps per second; None until there are two times to compare."""
        if len(self._points) < 2:
            return None
        (since, first), (until, last) = self._points[0], self._points[-1]
        return (last - first) / (until - since) if until > since and last > first else None
