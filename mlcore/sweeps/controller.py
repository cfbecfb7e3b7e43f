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

from mlcore.jobs import Jobs
from mlcore.runs import RunFolder
from mlcore.signals import shutdown_on_signals
from mlcore.sweeps.ended import SweepEnd
from mlcore.sweeps.folder import SweepFolder
from mlcore.sweeps.starting import grid_of
from mlcore.sweeps.study import HEARTBEAT, Study
from mlcore.sweeps.sweep import Sweep
from mlcore.sweeps.under_way import Observe, UnderWay

__all__ = ["run_sweep"]

_POLL = 0.01  # seconds between two looks at the runs


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


class _Controller(UnderWay):
    def __init__(
        self, folder: SweepFolder, sweep: Sweep, jobs: Jobs, study: Study, observe: Observe
    ) -> None:
        super().__init__(sweep, jobs, study, observe, again=f"mlcore sweep continue {sweep.name}")
        self._folder = folder
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
        self._look()
        while len(self._active) < self._sweep.jobs and self._begun < self._sweep.trials:
            if self._study.exhausted:
                break
            self._make(self._study.ask())
        now = time.monotonic()
        if now >= self._beaten + HEARTBEAT:
            self._beaten = now
            self._study.beat([one.number for one in self._active])
        return bool(self._active)

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
        self._make_room()
