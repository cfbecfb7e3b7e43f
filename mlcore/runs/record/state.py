"""The state of a run, derived from its files and stored nowhere."""

from __future__ import annotations

from typing import Literal

from mlcore.runs.record.worker import Life

__all__ = ["ENDED", "State", "derive"]

State = Literal["queued", "running", "paused", "finished", "stopped", "failed", "lost"]

ENDED: frozenset[State] = frozenset({"finished", "stopped", "failed", "lost"})
"""States in which nothing more will be written, unless the run is resumed."""

_OUTCOMES: dict[str, State] = {"finished": "finished", "stopped": "stopped", "failed": "failed"}


def derive(last: str | None, life: Life, asked: bool = False) -> State:
    """The state of a run.

    Args:
        last: kind of the newest event that says where the run stands ("started", "paused",
            "continued", "finished", "stopped", "failed"; anything else counts as under way).
            Only events since the last worker's start; None: there is none.
        life: whether the run has a worker.
        asked: a start was asked for that no worker has taken up yet.
    """
    ended = _OUTCOMES.get(last or "")
    if life == "alive" and not ended:
        return "paused" if last == "paused" else "running"
    if asked or (life == "none" and last is None):
        return "queued"
    return ended or "lost"
