"""Optuna's study of a sweep: what its samplers and pruners know, in Optuna's tables.

The study is what the samplers and pruners learn from. What trials there are is decided by the run
folders, each of which names its sweep and its trial: a study that lacks some, as after a power cut
or where its file was deleted, is given them again.

Each commit of the database is kept by a kill of the process, but not by a power cut: waiting for
the disk 20 times a trial would take longer than short trials do.
"""

from __future__ import annotations

import contextlib
import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import optuna
import sqlalchemy.exc
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from mlcore.errors import RunError
from mlcore.rules import Value
from mlcore.sweeps.asked import REFUSED, RUN, RUNS, STATES, WHY, Asked, Ending
from mlcore.sweeps.dimension import Dimension
from mlcore.sweeps.optuna_parts import (
    direction_of,
    distribution_of,
    engine_options,
    plain_value,
    pruner_of,
    sampler_of,
    shown_url,
    value_of_plain,
)
from mlcore.sweeps.space import Params
from mlcore.sweeps.sweep import Sweep

__all__ = ["HEARTBEAT", "Study"]

HEARTBEAT = 30
"""Seconds between two signs of life of a trial that is under way."""

_GRACE = 4 * HEARTBEAT  # seconds after which another machine may take a trial over


class Study:
    """The study of a sweep, in the database at a URL.

    Args:
        sweep: what is searched.
        grid: for a grid: all of its combinations, in the order of the trials.
        url: of the database, as SQLAlchemy has it.

    Raises:
        RunError: the database cannot be used. So do all methods.
    """

    def __init__(self, sweep: Sweep, grid: Sequence[Params], url: str) -> None:
        self._sweep, self._grid, self._url = sweep, grid, url
        self._trials: dict[int, Trial] = {}
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with self._quiet():
            self._storage = self._open()
            self._study = self._load()

    def _open(self) -> optuna.storages.RDBStorage:
        return optuna.storages.RDBStorage(
            self._url,
            engine_kwargs=engine_options(self._url),
            heartbeat_interval=HEARTBEAT,
            grace_period=_GRACE,
        )

    def _load(self) -> optuna.Study:
        return optuna.create_study(
            storage=self._storage,
            study_name=self._sweep.id,
            direction=direction_of(self._sweep),
            pruner=pruner_of(self._sweep),
            load_if_exists=True,
        )

    @property
    def counted(self) -> int:
        """How many trials there are, those that were refused left out."""
        with self._quiet():
            return sum(
                trial.state != TrialState.WAITING and REFUSED not in trial.user_attrs
                for trial in self._study.get_trials(deepcopy=False)
            )

    @property
    def exhausted(self) -> bool:
        """Whether every combination of a grid has its trial."""
        if self._sweep.sampler != "grid":
            return False
        with self._quiet():
            trials = self._study.get_trials(deepcopy=False)
        return sum(one.state != TrialState.WAITING for one in trials) >= len(self._grid)

    def add_missing(self, runs: Mapping[int, tuple[str, Params]]) -> None:
        """Give the study the trials that it lacks, as ones that have not ended.

        Args:
            runs: number → id of its run and what that has from the sweep. A number between them
                that has no run was lost or deleted, and counts as failed.
        """
        with self._quiet():
            known = len(self._study.get_trials(deepcopy=False))
            for number in range(known, max(runs, default=-1) + 1):
                run, params = runs.get(number, ("", {}))
                found = {d.name: d for d in self._sweep.space.dimensions if d.name in params}
                self._study.add_trial(
                    create_trial(
                        state=TrialState.RUNNING if run else TrialState.FAIL,
                        params={name: plain_value(d, params[name]) for name, d in found.items()},
                        distributions={name: distribution_of(d) for name, d in found.items()},
                        user_attrs={RUN: run} if run else {},
                    )
                )

    def open_trials(self) -> list[Asked]:
        """The trials that have not ended, in order; what was not drawn yet is drawn."""
        with self._quiet():
            found = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
            return [self._asked(trial) for trial in found]

    def ask(self) -> Asked:
        """A new trial. The same numbers of trials and results give the same one, also later."""
        with self._quiet():
            waiting = self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
            number = len(self._study.get_trials(deepcopy=False)) - len(waiting)
            self._study.sampler = sampler_of(self._sweep, number)
            if self._sweep.sampler == "grid" and not waiting:
                dimensions = {one.name: one for one in self._sweep.space.dimensions}
                params = self._grid[number]
                self._study.enqueue_trial(
                    {name: plain_value(dimensions[name], value) for name, value in params.items()}
                )
            trial = self._study.ask()
            self._trials[trial.number] = trial
            params = self._drawn(trial)
            return Asked(trial.number, params, "", frozenset())

    def note_run(self, number: int, run: str) -> None:
        """Note the run of a trial, so that it is known to have been there."""
        with self._quiet():
            self._trials[number].set_user_attr(RUN, run)

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Tell the pruner a validation; whether the trial should be given up."""
        with self._quiet():
            trial = self._trials[number]
            trial.report(value, epoch)
            return trial.should_prune()

    def tell(self, number: int, ending: Ending, value: float | None = None, why: str = "") -> None:
        """End a trial.

        Args:
            number: of the trial.
            ending: how it ended.
            value: of the objective, where it is complete.
            why: in words, where it is not.
        """
        with self._quiet():
            trial = self._trials.pop(number)
            if why:
                trial.set_user_attr(WHY, why)
            if ending == "refused":
                trial.set_user_attr(REFUSED, True)
            self._study.tell(trial, value, state=STATES[ending])

    def beat(self, numbers: Sequence[int]) -> None:
        """Note that these trials are under way."""
        with self._quiet():
            for number in numbers:
                self._storage.record_heartbeat(self._trials[number]._trial_id)

    def close(self) -> None:
        """Close the database."""
        with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
            self._storage.remove_session()
            self._storage.engine.dispose()

    def _asked(self, found: FrozenTrial) -> Asked:
        self._study.sampler = sampler_of(self._sweep, found.number)
        trial = Trial(self._study, found._trial_id)
        self._trials[found.number] = trial
        run, runs = (str(found.user_attrs.get(name, "")) for name in (RUN, RUNS))
        reported = frozenset(found.intermediate_values)
        return Asked(found.number, self._drawn(trial), run, reported, runs)

    def _drawn(self, trial: Trial) -> dict[str, Value]:
        def draw(one: Dimension) -> Value:
            drawn: Any
            if one.values:
                drawn = trial.suggest_categorical(one.name, one.texts)
            elif one.whole:
                low, high, step = int(one.low), int(one.high), int(one.step or 1)
                drawn = trial.suggest_int(one.name, low, high, step=step, log=one.log)
            else:
                drawn = trial.suggest_float(one.name, one.low, one.high, step=one.step, log=one.log)
            return value_of_plain(one, drawn)

        return self._sweep.space.params(self._sweep.settings, draw)

    @contextlib.contextmanager
    def _quiet(self) -> Iterator[None]:
        """Without Optuna's warnings of what is experimental; faults of the database as ours."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield
            except (
                optuna.exceptions.StorageInternalError,
                sqlalchemy.exc.SQLAlchemyError,
                sqlite3.Error,
            ) as error:
                raise self._fault(error) from error

    def _fault(self, error: BaseException) -> Exception:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, sqlite3.Error):
            cause = cause.__cause__
        return RunError(
            "The study of sweep {sweep} in {database} cannot be used ({reason}): see that its disk "
            "has room and no other program has it locked, or where it is damaged move it away, as "
            "it is made again from the runs; then `mlcore sweep continue {sweep}`.",
            sweep=self._sweep.name,
            database=shown_url(self._url),
            reason=str(cause or type(error).__name__),
        )
