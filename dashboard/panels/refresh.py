"""When the Train page is drawn again: what it was drawn from, compared with what is there now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dashboard import server, session
from dashboard.panels import steering
from dashboard.server.histories import history_of
from dashboard.server.load import noted
from dashboard.words.progress import ACTIVE
from mlcore.events import EditRefused
from mlcore.runs import History, RunFolder, RunInfo, State
from mlcore.runs.active.queue_snapshot import QueueSnapshot

__all__ = ["PageState", "Surroundings", "folder_changed", "page_state"]

_ANSWERING, _STARTING, _IDLE = 0.1, 0.2, 2.0  # seconds between two refreshes
_LIVELY, _STEADY = 0.5, 1.0  # the same while the run trains: at first, and after its first seconds
_FIRST_SECONDS = 2.0
_PATIENCE = 2.0  # refreshes for which what others do may go unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What other tabs and shells change: a page that shows it late is still right."""

    queue: QueueSnapshot  # what trains and what waits
    folder_changed: int  # a number that changes when a run is added or deleted
    least_pause: float  # seconds between two refreshes, so that all open tabs are answered


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What the page around the live part was drawn from; when it changes, all is drawn again."""

    state: State | None  # of the shown run
    started: bool  # its first step is there
    edits: tuple[int, EditRefused | None]  # how many were made, and one that was refused
    answer_due: bool  # a click is not answered yet
    steady: bool  # it has trained for a while
    beside: tuple[str, ...]  # runs that are drawn beside it
    moving: bool  # one of these trains, so that its curve grows
    settings: str  # what the sidebar holds: a click beside the chart brings along what was typed
    around: Surroundings
    drawn: float = field(compare=False, default_factory=time.monotonic)  # seconds

    @property
    def queue(self) -> QueueSnapshot:
        """What trains and what waits."""
        return self.around.queue

    @property
    def pace(self) -> float:
        """Seconds between two refreshes of the live part.

        A refresh costs the browser about as much as a tenth of a second of training, so a run that
        takes longer is refreshed less often, as are all runs where many tabs are open.
        """
        return max(self._pace, self.around.least_pause)

    @property
    def _pace(self) -> float:
        if self.answer_due:
            return _ANSWERING
        if self.state not in ACTIVE:
            return _STEADY if self.moving else _IDLE
        if not self.started:
            return _STARTING
        return _STEADY if self.steady else _LIVELY

    def is_outdated(self, now: PageState) -> bool:
        """Whether the page has to be drawn again.

        At once where the shown run has changed. Thirty tabs that press Train change the queue
        sixty times; each of them would draw thirty pages, so that waits while many are open.
        """
        if now.around == self.around:
            return now != self
        if replace(now, around=self.around) != self:
            return True
        return now.drawn - self.drawn >= _PATIENCE * now.around.least_pause


def page_state(
    history: History | None, beside: Sequence[RunInfo] = (), changed: int | None = None
) -> PageState:
    """What the page is drawn from.

    Args:
        history: of the shown run; None where there is none.
        beside: the runs that are drawn beside it.
        changed: what `folder_changed` was before the runs were listed; None: as it is now.
    """
    return PageState(
        state=history.state if history else None,
        started=history is not None and history.step > 0,
        edits=(len(history.edits), history.refused) if history else (0, None),
        answer_due=history is not None and steering.answer_due(history),
        steady=history is not None and _steady(history),
        around=Surroundings(
            queue=server.queue().snapshot(),
            folder_changed=folder_changed() if changed is None else changed,
            least_pause=noted().least_pause,
        ),
        beside=tuple(info.id for info in beside),
        moving=any(_moves(info) for info in beside),
        settings=repr(session.values()),
    )


def folder_changed() -> int:
    """A number that changes when a run is added or deleted."""
    try:
        return server.runs_root().stat().st_mtime_ns
    except OSError:
        return 0


def _steady(history: History) -> bool:
    """Whether the run trains, and its first seconds are over."""
    pace = history.steps_per_second if history.state == "running" else None
    return pace is not None and history.step > pace * _FIRST_SECONDS


def _moves(info: RunInfo) -> bool:
    return history_of(RunFolder(info.path)).state in ("running", "paused")
