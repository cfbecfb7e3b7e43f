"""What a mirror asks of a tracker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from mlcore.events import Event

__all__ = ["TimedEvent", "Writer"]


class TimedEvent(NamedTuple):
    """An event and when it was recorded (unix seconds)."""

    event: Event
    time: float


class Writer(Protocol):
    """Writes a run's events to one tracker; whatever it raises, the same events come again."""

    def write(self, events: Sequence[TimedEvent]) -> None:
        """Deliver these, all of them or, where this raises, perhaps some."""

    def end(self) -> None:
        """The run has ended, or its process has died: say so, and deliver what is left."""
