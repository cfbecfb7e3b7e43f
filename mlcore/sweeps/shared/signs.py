"""Which trials nobody works on any more: those whose sign of life has not changed for too long."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime

from mlcore.sweeps.shared.open_trial import OpenTrial

__all__ = ["Signs"]

_Seen = tuple[str, datetime | None]


class Signs:
    """Watches the signs of life of the trials of others.

    Only what was seen here counts, by the clock of this process: so neither clocks that differ nor
    a database that was away make a trial look abandoned.

    Args:
        patience: seconds.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._seen: dict[int, tuple[_Seen, float]] = {}
        self._looked = float("-inf")

    def abandoned(
        self, trials: Iterable[OpenTrial], mine: Container[int], now: float
    ) -> list[OpenTrial]:
        """The trials that may be taken over; those that were left by their worker are at once.

        Args:
            trials: those that have not ended.
            mine: numbers of those that are under way here.
            now: seconds of a clock that only goes forward.
        """
        if now - self._looked > self._patience / 2:  # frozen, or without the database, meanwhile
            self._seen.clear()
        self._looked = now
        before, self._seen = self._seen, {}
        found = []
        for one in trials:
            if one.number in mine:
                continue
            sign = (one.owner, one.beat)
            known, since = before.get(one.number, (sign, now))
            self._seen[one.number] = (sign, since if known == sign else now)
            if not one.owner or now - self._seen[one.number][1] >= self._patience:
                found.append(one)
        return found
