"""`run_sweep`: a sweep from its folder to its end. Read this first.

    ask the study ──▶ make the run ──▶ queue ──▶ worker
         ▲                                         │
         └── tell the study ◀── read the run's folder

**The run folders decide.** A run says in its config.json of which sweep and trial it is, from the
moment that it is a run at all; how far it is and how it ended stands in its history. The study says
which settings a trial has that has no run yet, and what the samplers have learned. So whenever a
process is killed:

- a trial of the study that has no run gets one, with the settings that the study has for it;
- a run of a trial that the study does not know is added to the study;
- a trial that has not ended there is settled by its run: one that finished is read, one that
  trains is followed, one that was interrupted is resumed from its last checkpoint;
- a trial whose run was deleted has failed; its run is not made again.

A trial that diverged is told to the study as pruned: Optuna's samplers take that as worse than all
that were completed. One that failed otherwise says nothing about its settings, and they leave it
out.

Trials are ordinary runs in the queue: they wait for a slot and share the CPU threads as all do.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mlcore.errors import MlcoreError, RunError, SettingsError
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, RunFolder, read_state, read_status
from mlcore.runs.active.queue import RunQueue
from mlcore.signals import shutdown_on_signals
from mlcore.sweeps.ended import SweepEnd, TrialEnded
from mlcore.sweeps.folder import SweepFolder
from mlcore.sweeps.following import Following
from mlcore.sweeps.starting import check_trial, grid_of
from mlcore.sweeps.study import HEARTBEAT, Asked, Ending, Study
from mlcore.sweeps.sweep import Sweep
from mlcore.sweeps.trial import TrialState, trial_state

__all__ = ["run_sweep"]

_POLL = 0.01  # seconds between two looks at the runs
_RESTARTS = 2  # of a trial that is interrupted again and again
_FAILURES = 3  # trials that fail one after the other, until the sweep is ended
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


def run_sweep(folder: SweepFolder, observe: Observe, *, new: Sweep | None = None) -> SweepEnd:
    """Run a sweep in this process until all of its trials have ended, or it is asked to stop.

    Ctrl-C, SIGTERM and `mlcore sweep stop` stop its runs, each with a checkpoint.

    Args:
        folder: of the sweep.
        observe: told of each trial that ends.
        new: the sweep, where it is to begin; None: it is continued.

    Raises:
        RunError: another process runs it, there is one already where it is to begin, its files or
            its study cannot be used, or trials fail one after the other.
        SettingsError: its settings give no trial.
        JobError: no process can be started.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(folder.control())
        shutdown = stack.enter_context(shutdown_on_signals())
        if new is not None:
            folder.begin(new)
        stack.enter_context(folder.failures_noted())
        sweep = folder.read()
        jobs = Jobs(folder.root)
        stack.callback(jobs.close)
        url = f"sqlite:///{folder.study_path}"
        grid = grid_of(sweep) if sweep.sampler == "grid" else []
        study = Study(sweep, grid, url)
        stack.callback(study.close)
        controller = _Controller(folder, sweep, jobs, study, observe)
        stack.callback(controller.park)
        controller.take_up()
        while controller.step() or controller.note_done():
            if shutdown.poll():
                return "interrupted"
            if folder.stop_asked:
                return "stopped"
            time.sleep(_POLL)
        return "finished"


class _Controller:
    def __init__(
        self, folder: SweepFolder, sweep: Sweep, jobs: Jobs, study: Study, observe: Observe
    ) -> None:
        self._folder, self._sweep, self._observe = folder, sweep, observe
        self._jobs, self._study = jobs, study
        self._queue = RunQueue(jobs.store.root)
        self._active: list[Following] = []
        self._begun = 0
        self._failures = self._refusals = 0
        self._read_at: tuple[int, int] | None = None
        self._beaten = 0.0

    def take_up(self) -> None:
        """Continue where the last controller ended: see the module's docstring."""
        runs: dict[int, RunFolder] = {}
        for info in reversed(self._jobs.store.list()):
            if info.sweep == self._sweep.id and info.trial is not None:
                runs.setdefault(info.trial, RunFolder(info.path))
        self._study.add_missing(
            {number: (one.id, self._sweep.params(one.config)) for number, one in runs.items()}
        )
        for asked in self._study.open_trials():
            folder = runs.get(asked.number)
            if folder is not None:
                self._follow(asked, folder)
            elif asked.run:
                self._study.tell(asked.number, "failed", why="deleted")
            else:
                self._make(asked)
        self._begun = self._study.counted

    def step(self) -> bool:
        """Look at every run once, and begin trials; False where all have ended."""
        self._read_numbers()
        report = None if self._sweep.pruner == "none" else self._study.report
        for one in list(self._active):
            self._settle(one, one.poll(report))
        while len(self._active) < self._sweep.jobs and self._begun < self._sweep.trials:
            if self._study.exhausted:
                break
            self._make(self._study.ask())
        now = time.monotonic()
        if now >= self._beaten + HEARTBEAT:
            self._beaten = now
            self._study.beat([one.number for one in self._active])
        return bool(self._active)

    def park(self) -> None:
        """Stop the runs that have not ended, each with a checkpoint; their trials stay open."""
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

    def note_done(self) -> bool:
        """Note that nothing is left to do; whether more was asked for just now."""
        self._folder.note_done(self._sweep.trials)
        return self._read_at != self._stamp()

    def _stamp(self) -> tuple[int, int]:
        found = self._folder.sweep_path.stat()
        return found.st_ino, found.st_mtime_ns

    def _read_numbers(self) -> None:
        """Follow what was changed in sweep.json meanwhile."""
        stamp = self._stamp()
        if self._read_at == stamp:
            return
        self._read_at = stamp
        self._sweep = self._folder.read()
        if self._sweep.jobs > self._queue.snapshot().at_once:
            self._queue.set_at_once(self._sweep.jobs)

    def _make(self, asked: Asked) -> None:
        """Make the run of a trial; one whose settings contradict each other has none."""
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
            name=f"{self._sweep.name} {asked.number}",
            sweep={"id": self._sweep.id, "trial": asked.number},
            tags=(self._sweep.name,),
        )
        self._study.note_run(asked.number, run)
        self._active.append(self._following(asked, self._jobs.store.root / run))

    def _follow(self, asked: Asked, folder: RunFolder) -> None:
        """Take up a trial that has a run."""
        if not asked.run:
            self._study.note_run(asked.number, folder.id)
        one = self._following(asked, folder.path)
        self._active.append(one)
        if trial_state(read_status(folder)) == "interrupted":
            self._resume(one)

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
        if (state == "complete" and value is None) or (state == "stopped" and value is None):
            state = "failed"
        self._active.remove(one)
        message = one.message if state in ("failed", "diverged") else ""
        self._study.tell(
            one.number,
            _ENDINGS[state],
            value if state == "complete" else None,
            message or ("" if state == "complete" else state),
        )
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
                "`mlcore sweep continue {sweep}` goes on.",
                count=self._failures,
                message=MlcoreError("{message}", message=message),
                sweep=self._sweep.name,
            )
