"""A trial that has not ended, and what a worker is told that may not have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["NoneLeftError", "OpenTrial", "TakenOverError"]


class NoneLeftError(Exception):
    """As many trials are begun as the sweep asks for."""


class TakenOverError(Exception):
    """Another worker has the trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrial:
    """A trial that has not ended.

    Attributes:
        id: in the database.
        number: in the study.
        owner: the worker that has it; empty: nobody.
        beat: its last sign of life, by the clock of the database.
        silent: seconds since then; 0 where it gave none.
        run: id of its run; empty where there is none.
    """

    id: int
    number: int
    owner: str
    beat: datetime | None
    silent: float
    run: str
