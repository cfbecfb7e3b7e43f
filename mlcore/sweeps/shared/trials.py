"""What a worker of a shared sweep does with its trials, and with those that others lost."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from mlcore.commands import Stop
from mlcore.errors import MlcoreError, Notice, RunError
from mlcore.jobs import Jobs
from mlcore.rules import Value
from mlcore.runs import ENDED, RunFolder, read_state, read_status, send
from mlcore.sweeps.asked import Asked
from mlcore.sweeps.following import Following, Report
from mlcore.sweeps.shared.open_trial import OpenTrial, TakenOverError
from mlcore.sweeps.shared.signs import Signs
from mlcore.sweeps.shared.study import SharedStudy, Situation
from mlcore.sweeps.sweep import Sweep
from mlcore.sweeps.trial import TrialState, trial_state
from mlcore.sweeps.under_way import Observe, UnderWay
from mlcore.words import counted

__all__ = ["Notify", "Worker"]

_LOOK = 2.0  # seconds between two looks at the database
_SIGNS = 8  # signs of life in the time of the patience

Notify = Callable[[MlcoreError], None]
"""Told of what a person should know meanwhile."""


class Worker(UnderWay):
    """The trials of one worker; see the docstring of `worker.py`.

    Args:
        study: of the sweep.
        runners: what trains the runs.
        observe: told of each trial that ends here.
        notify: told of what a person should know meanwhile.
        jobs: trials under way here at once; None: as many as the sweep says.
        settings: of this machine, by dotted name.
    """

    _study: SharedStudy

    def __init__(
        self,
        study: SharedStudy,
        runners: Jobs,
        observe: Observe,
        notify: Notify,
        jobs: int | None,
        settings: dict[str, Value],
    ) -> None:
        super().__init__(
            study.sweep, runners, study, observe, again=f"mlcore sweep worker {study.name}"
        )
        self._notify, self._jobs_here, self._settings = notify, jobs, settings
        self._signs = Signs(study.patience)
        self._situation: Situation | None = None
        self._abandoned: list[OpenTrial] = []
        self._lost: list[Following] = []  # whose trials others have
        self._looked = self._beaten = float("-inf")
        self._waits = False

    @property
    def stop_asked(self) -> bool:
        """Whether the sweep was stopped."""
        return self._situation is not None and self._situation.stop

    def tidy(self) -> None:
        """Stop the runs of an earlier worker in this folder whose trials others have by now."""
        open_here = {one.run for one in self._look_around().open}
        for info in self._jobs.store.list():
            ours = info.sweep == self._sweep.id and info.state not in ENDED
            if ours and info.id not in open_here:
                self._end_run(RunFolder(info.path))

    def step(self) -> bool:
        """Look at every run once, and begin or take over trials; False where all have ended."""
        self._look()
        found = self._look_around()
        if not found.stop:
            self._fill(found)
        return bool(self._active or found.open or found.begun < found.sweep.trials)

    def leave(self) -> None:
        """Stop the runs that have not ended, each with a checkpoint, and leave their trials."""
        mine = [one.number for one in self._active]
        self._active += self._lost  # a worker that goes on with one of these resumes it
        self.park()
        self._study.release(mine)

    def _look_around(self) -> Situation:
        """How the sweep stands, and a sign of life; from the database every two seconds."""
        patience, now = self._study.patience, time.monotonic()
        if now >= self._beaten + patience / _SIGNS:
            self._beaten = now
            for number in self._study.lost([one.number for one in self._active]):
                self._lose(number)
        if self._situation is None or now >= self._looked + min(_LOOK, patience / _SIGNS):
            found = self._situation = self._study.situation()
            self._looked = time.monotonic()
            self._begun = found.begun
            mine = [one.number for one in self._active]
            self._abandoned = self._signs.abandoned(found.open, mine, self._looked)
            self._part(found)
            self._adopt(found.sweep)
        return self._situation

    def _adopt(self, sweep: Sweep) -> None:
        """Follow what is asked of the sweep, with what is said for this machine."""
        settings = {**sweep.settings, **self._settings}
        self._sweep = replace(sweep, settings=settings, jobs=self._jobs_here or sweep.jobs)
        self._make_room()

    def _look_at(self, one: Following, report: Report | None) -> None:
        with self._unless_lost(one.number):
            super()._look_at(one, report)
        if one not in self._active:  # so much has changed that it is worth a look
            self._looked = float("-inf")

    def _fill(self, found: Situation) -> None:
        """Take over trials that nobody works on, then begin new ones."""
        while len(self._active) < self._sweep.jobs and self._abandoned:
            seen = self._abandoned.pop(0)
            asked = self._study.take(seen)
            if asked is not None:
                self._take_over(asked, seen)
        while len(self._active) < self._sweep.jobs and self._begun < self._sweep.trials:
            new = self._study.begin()
            if new is None:
                self._begun = self._sweep.trials
                break
            with self._unless_lost(new.number):
                self._make(new)
        self._say_what_is_waited_for(found)

    def _take_over(self, asked: Asked, seen: OpenTrial) -> None:
        self._lost = [one for one in self._lost if one.number != asked.number]
        if seen.owner:
            self._notify(
                Notice(
                    "Trial {trial} is taken over: its worker has given no sign of life for "
                    "{seconds:.0f} s.",
                    trial=asked.number,
                    seconds=self._study.patience,
                )
            )
        with self._unless_lost(asked.number):
            here, there = self._find(self._jobs.store.root, asked), None
            if here is None and asked.runs:
                there = self._find(Path(asked.runs), asked)
            known = here or there
            if known is not None and (here or _has_ended(known)):
                self._follow(replace(asked, run="" if here else asked.run), known)
                return
            if there is not None:
                self._end_run(there)
            self._make(asked, there)

    def _find(self, root: Path, asked: Asked) -> RunFolder | None:
        """The run of a trial in a folder of runs, if it is to be seen there."""
        with contextlib.suppress(RunError, OSError):
            folder = RunFolder(root / asked.run)
            mark = {"id": self._sweep.id, "trial": asked.number}
            if asked.run and folder.meta["sweep"] == mark:
                return folder
        return None

    def _note_run(self, number: int, run: str) -> None:
        self._study.note_place(number, run, str(self._jobs.store.root), socket.gethostname())

    @contextlib.contextmanager
    def _unless_lost(self, number: int) -> Iterator[None]:
        """Let go of a trial that another worker took meanwhile."""
        try:
            yield
        except TakenOverError:
            self._lose(number)

    def _lose(self, number: int) -> None:
        """Tell nothing more of a trial that another worker has; see `_part` for its run."""
        self._study.forget(number)
        for one in [one for one in self._active if one.number == number]:
            self._active.remove(one)
            self._lost.append(one)
        self._looked = float("-inf")

    def _part(self, found: Situation) -> None:
        """Let go of the runs of lost trials, once it is seen whether others took those with them.

        A run that ended, or that lies in the folder of the other worker, may stay the trial's;
        otherwise the other one makes a run of its own, and this one ends.
        """
        still = {one.number: one.run for one in found.open}
        for one in list(self._lost):
            run, is_open = one.folder.id, one.number in still
            counts = run == (still[one.number] if is_open else self._study.run_of(one.number))
            if counts and is_open:
                continue
            self._lost.remove(one)
            if counts:
                self._notify(
                    Notice(
                        "Another worker has taken over trial {trial}, as this one gave no sign of "
                        "life for too long: run {run} stays the trial's, and counts.",
                        trial=one.number,
                        run=run,
                    )
                )
                continue
            self._notify(
                Notice(
                    "Another worker has taken over trial {trial}, as this one gave no sign of life "
                    "for too long: run {run} ends here and does not count.",
                    trial=one.number,
                    run=run,
                )
            )
            self._end_run(one.folder)

    def _end_run(self, folder: RunFolder) -> None:
        """Have a run end whose trial goes on elsewhere."""
        with contextlib.suppress(RunError):  # it is gone, or cannot be written
            waits = folder.path.parent == self._jobs.store.root and self._queue.cancel(folder.id)
            if not waits and read_state(folder) not in ENDED:
                send(folder, Stop(reason="superseded"))

    def _say_what_is_waited_for(self, found: Situation) -> None:
        if self._active or not found.open:
            self._waits = False
        elif not self._waits:
            self._waits = True
            self._notify(
                Notice(
                    "There is nothing to begin: other workers have {trials}, and what one of them "
                    "loses is taken over here.",
                    trials=counted(len(found.open), "trial"),
                )
            )


def _has_ended(folder: RunFolder) -> bool:
    """Whether a trial's run says how it went, so that it need only be told."""
    over: tuple[TrialState, ...] = ("complete", "pruned", "diverged", "stopped")
    return trial_state(read_status(folder)) in over
