"""One trial that is under way, followed through the folder of its run."""

from __future__ import annotations

import time
from collections.abc import Callable

from mlcore.commands import Stop
from mlcore.errors import RunError
from mlcore.events import EpochDone, Failed
from mlcore.runs import RunFolder, RunStatus, read_state, read_status, send
from mlcore.runs.record.event_log import read_event
from mlcore.runs.record.lines import LineReader
from mlcore.runs.record.messages import lost_message
from mlcore.sweeps.space import Params
from mlcore.sweeps.sweep import Objective
from mlcore.sweeps.trial import TrialState, trial_state, value_of

__all__ = ["Following", "Report"]

_CHECK = 0.25  # seconds between two checks of the worker
_ENDINGS = ("finished", "stopped", "failed")

Report = Callable[[int, int, float], bool]


class Following:
    """A trial whose run is waiting or training.

    Attributes:
        number: of the trial.
        params: what it has from the sweep.
        folder: of its run.
        restarts: how often it was resumed here after it was interrupted.
        status: of its run, as last read.
    """

    def __init__(
        self,
        number: int,
        params: Params,
        folder: RunFolder,
        objective: Objective,
        reported: frozenset[int] = frozenset(),
    ) -> None:
        self.number, self.params, self.folder = number, params, folder
        self.restarts = 0
        self.status: RunStatus = RunStatus(state="queued")
        self._objective, self._reported = objective, set(reported)
        self._reader = LineReader(folder.events_path)
        self._checked = 0.0
        self._pruned = False

    @property
    def value(self) -> float | None:
        """Of the objective, at the end of the last epoch."""
        return value_of(self._objective, self.status.last_epoch)

    @property
    def message(self) -> str:
        """Why the run failed or was lost."""
        if isinstance(self.status.outcome, Failed):
            return self.status.outcome.message
        return str(lost_message(self.folder)) if self.status.state == "lost" else ""

    def poll(self, report: Report | None) -> TrialState:
        """Read what is new; cheap where nothing is.

        Args:
            report: told each epoch's validation, says whether the trial is to be given up; None:
                none ever is.

        Raises:
            RunError: the run's history cannot be read, or the run cannot be stopped.
        """
        ended = False
        for _, record in self._reader.read()[1]:
            ended |= record.get("event") in _ENDINGS
            if report is not None and record.get("event") == EpochDone.kind:
                self._report(read_event(record), report)
        now = time.monotonic()
        if ended or now >= self._checked + _CHECK:
            self._checked = now
            if not self.folder.is_run():
                return "deleted"
            self.status = read_status(self.folder)
        return trial_state(self.status)

    def _report(self, event: object, report: Report) -> None:
        if not isinstance(event, EpochDone) or event.epoch in self._reported:
            return
        self._reported.add(event.epoch)
        value = value_of(self._objective, event)
        if value is None or not report(self.number, event.epoch, value) or self._pruned:
            return
        last = event.epoch >= self.folder.config.train.epochs
        if not last and read_state(self.folder) == "running":
            self._pruned = True
            send(self.folder, Stop(reason="pruned"))

    def resumed(self) -> None:
        """Note that the run was asked to go on."""
        self.restarts += 1
        self.status, self._checked, self._pruned = RunStatus(state="queued"), 0.0, False

    def ask_stop(self) -> None:
        """Ask the run to stop with a checkpoint, as its sweep ends; never raises."""
        try:
            send(self.folder, Stop(reason="shutdown"))
        except RunError:  # its folder is gone, or its disk is full
            self.status = RunStatus(state="lost")
