"""The trials that a process has under way: their runs made, followed, and told to the study."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mlcore.errors import MlcoreError, RunError, SettingsError
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, RunFolder, read_state, read_status
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.record.folder import checkpoint_step
from mlcore.sweeps.asked import Asked, Ending
from mlcore.sweeps.ended import TrialEnded
from mlcore.sweeps.following import Following, Report
from mlcore.sweeps.starting import check_trial
from mlcore.sweeps.study import Study
from mlcore.sweeps.sweep import Sweep
from mlcore.sweeps.trial import TrialState, trial_state

__all__ = ["Observe", "UnderWay"]

_POLL = 0.01  # seconds between two looks at runs that are to end
_RESTARTS = 2  # of a trial that is interrupted again and again
_FAILURES = 3  # trials that fail one after the other, until no more are begun
_REFUSALS = 200  # trials that are refused one after the other
_PARTING = 15.0  # seconds that runs get to write their checkpoints

_ENDINGS: Mapping[TrialState, Ending] = {
    "complete": "complete",
    "pruned": "pruned",
    "stopped": "pruned",
    "diverged": "pruned",
    "failed": "failed",
    "deleted": "failed",
}

Observe = Callable[[TrialEnded], None]


class UnderWay:
    """Trials from the moment that the study gives them until it is told what they came to.

    Args:
        sweep: what is searched.
        jobs: what trains the runs.
        study: what gives the trials.
        observe: told of each trial that ends.
        again: the command that goes on after trials failed one after the other.
    """

    def __init__(
        self, sweep: Sweep, jobs: Jobs, study: Study, observe: Observe, *, again: str
    ) -> None:
        self._sweep, self._observe, self._again = sweep, observe, again
        self._jobs, self._study = jobs, study
        self._queue = RunQueue(jobs.store.root)
        self._active: list[Following] = []
        self._begun = self._room = 0
        self._failures = self._refusals = 0

    def park(self) -> None:
        """Stop the runs that have not ended, each with a checkpoint; their trials stay open."""
        try:
            self._stop_runs()
        finally:
            with contextlib.suppress(RunError):  # with this process it ends all the same
                self._queue.lend(self._sweep.name, 0)

    def _stop_runs(self) -> None:
        for one in self._active:
            try:
                if not self._queue.cancel(one.folder.id):
                    one.ask_stop()
            except RunError:  # the disk is full, say
                one.ask_stop()
        until = time.monotonic() + _PARTING
        while time.monotonic() < until:
            if all(read_state(one.folder) in ENDED for one in self._active):
                return
            time.sleep(_POLL)

    def _look(self) -> None:
        """Look at every run once."""
        report = None if self._sweep.pruner == "none" else self._study.report
        for one in list(self._active):
            self._look_at(one, report)

    def _look_at(self, one: Following, report: Report | None) -> None:
        self._settle(one, one.poll(report))

    def _make_room(self) -> None:
        """Have as many runs train at once as the sweep has under way, until a person says else."""
        if self._sweep.jobs != self._room:
            self._room = self._sweep.jobs
            self._queue.lend(self._sweep.name, self._room)

    def _make(self, asked: Asked, origin: RunFolder | None = None) -> None:
        """Make the run of a trial; one whose settings contradict each other has none.

        Args:
            asked: the trial.
            origin: a run of the same trial that nobody continues; the new one begins at its last
                checkpoint, exactly.
        """
        try:
            config = self._sweep.config(asked.params)
            check_trial(config)
        except SettingsError as error:
            self._study.tell(asked.number, "refused", why=str(error))
            self._refusals += 1
            if self._refusals >= _REFUSALS:
                raise SettingsError(
                    "{count} trials one after the other had settings that contradict each other, "
                    "the last with: {error}",
                    count=self._refusals,
                    error=error,
                ) from error
            return
        self._refusals = 0
        self._begun += 1
        run = self._jobs.start_run(
            config,
            checkpoint=begun_at(origin) if origin else None,
            parent=origin.id if origin else None,
            name=f"{self._sweep.name} {asked.number}",
            sweep={"id": self._sweep.id, "trial": asked.number},
            tags=(self._sweep.name,),
        )
        self._active.append(self._following(asked, self._jobs.store.root / run))
        self._note_run(asked.number, run)

    def _follow(self, asked: Asked, folder: RunFolder) -> None:
        """Take up a trial that has a run."""
        if not asked.run:
            self._note_run(asked.number, folder.id)
        one = self._following(asked, folder.path)
        self._active.append(one)
        if trial_state(read_status(folder)) == "interrupted":
            self._resume(one)

    def _note_run(self, number: int, run: str) -> None:
        self._study.note_run(number, run)

    def _following(self, asked: Asked, path: Path) -> Following:
        return Following(
            asked.number, asked.params, RunFolder(path), self._sweep.objective, asked.reported
        )

    def _resume(self, one: Following) -> None:
        one.resumed()
        with contextlib.suppress(RunError):  # another process was quicker: it is followed
            self._jobs.resume_run(one.folder.id)

    def _settle(self, one: Following, state: TrialState) -> None:
        """End a trial whose run has ended, or have that go on where it was interrupted."""
        if state in ("waiting", "running"):
            return
        if state == "interrupted":
            if one.restarts < _RESTARTS:
                self._resume(one)
                return
            state = "failed"
        value = one.value
        if state in ("complete", "stopped") and value is None:
            state = "failed"
        message = one.message if state in ("failed", "diverged") else ""
        self._study.tell(
            one.number,
            _ENDINGS[state],
            value if state == "complete" else None,
            message or ("" if state == "complete" else state),
        )
        self._active.remove(one)
        self._observe(
            TrialEnded(
                number=one.number,
                run=one.folder.id,
                params=one.params,
                state=state,
                objective=self._sweep.objective,
                value=None if state in ("failed", "diverged", "deleted") else value,
                message=message,
                begun=self._begun,
                trials=self._sweep.trials,
            )
        )
        self._failures = self._failures + 1 if state == "failed" else 0
        if self._failures >= _FAILURES:
            raise RunError(
                "{count} trials failed one after the other, the last with: {message} Then "
                "`{command}` goes on.",
                count=self._failures,
                message=MlcoreError("{message}", message=message),
                command=self._again,
            )


def begun_at(origin: RunFolder) -> Path | None:
    """The checkpoint at which a run continues another one whose epochs are not all done.

    After the last epoch nothing would be left that says how it went, so that is trained again.
    """
    last = read_status(origin).last_epoch
    done = last is not None and last.epoch >= origin.config.train.epochs
    kept = [
        one
        for one in origin.checkpoints()
        if not (done and last and checkpoint_step(one) >= last.step)
    ]
    return kept[-1] if kept else None
