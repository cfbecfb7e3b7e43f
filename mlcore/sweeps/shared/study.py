"""The study of a shared sweep: every worker asks it for trials, and tells it what they came to.

What is asked of the sweep is kept with the study, so that a worker needs no more than its name and
the address. All that a worker asks is repeated while the database is away (`Again`), and what it
asks twice counts once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import optuna
from optuna.trial import FrozenTrial

from mlcore.errors import RunError
from mlcore.rules import shortened
from mlcore.sweeps.asked import REFUSED, RUN, RUNS, STATES, WHY, Asked, Ending
from mlcore.sweeps.optuna_parts import plain_value, pruner_of
from mlcore.sweeps.shared.address import Address
from mlcore.sweeps.shared.again import Again, AwayError, fault
from mlcore.sweeps.shared.open_trial import NoneLeftError, OpenTrial, TakenOverError
from mlcore.sweeps.shared.opening import PATIENCE, sweep_of
from mlcore.sweeps.shared.storage import SWEEP, SharedStorage
from mlcore.sweeps.starting import grid_of
from mlcore.sweeps.study import Study
from mlcore.sweeps.sweep import Sweep

__all__ = ["HOST", "SharedStudy", "Situation"]

HOST = "host"
"""Attribute of a trial: the name of the machine that its run trains on."""

_STOP = "stop"  # attribute of the study: its workers are to end

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Situation:
    """How a shared sweep stands, as a worker needs to know it.

    Attributes:
        sweep: what is asked of it now.
        stop: its workers are to end.
        begun: trials that there are, refused ones left out.
        open: those that have not ended.
    """

    sweep: Sweep
    stop: bool
    begun: int
    open: tuple[OpenTrial, ...]


class SharedStudy(Study):
    """The study of a shared sweep, for one worker or for one who only looks at it.

    Args:
        storage: the tables.
        address: where they are.
        name: of the sweep.
        again: repeats what fails because the database is away; None: it is raised.

    Raises:
        RunError: there is no such sweep. All methods: the database cannot be used.
        TakenOverError: by methods that change a trial: another worker has it.
    """

    def __init__(
        self, storage: SharedStorage, address: Address, name: str, again: Again | None = None
    ) -> None:
        self._shared, self._address, self.name = storage, address, name
        self._repeat = again
        try:
            study_id = storage.get_study_id_from_name(name)
        except KeyError:
            raise RunError(
                "There is no sweep {name!r} in {database}: `mlcore sweep list` lists those there.",
                name=shortened(name),
                database=address.shown,
            ) from None
        attributes = storage.get_study_user_attrs(study_id)
        sweep = sweep_of(attributes, name)
        self.patience = float(attributes[PATIENCE])
        self._id = study_id
        super().__init__(sweep, grid_of(sweep) if sweep.sampler == "grid" else [], address.shown)

    @property
    def sweep(self) -> Sweep:
        """What is asked of it, as last read."""
        return self._sweep

    def situation(self) -> Situation:
        """How it stands now."""

        def read() -> Situation:
            attributes = self._shared.get_study_user_attrs(self._id)
            self._sweep = sweep_of(attributes, self.name)
            found = self._shared.open_trials(self._id)
            begun = self._shared.begun(self._id)
            return Situation(self._sweep, bool(attributes.get(_STOP)), begun, tuple(found))

        return self._do(read)

    def change(self, *, trials: int | None, jobs: int | None) -> Sweep:
        """Change how many trials there are in all, or at once; its workers follow."""

        def write() -> Sweep:
            before = sweep_of(self._shared.get_study_user_attrs(self._id), self.name)
            now = replace(before, trials=trials or before.trials, jobs=jobs or before.jobs)
            self._shared.set_study_user_attr(self._id, SWEEP, now.to_json())
            return now

        self._sweep = self._do(write)
        return self._sweep

    def ask_stop(self, stop: bool) -> None:
        """Ask all workers to end, or let them work again."""
        self._do(lambda: self._shared.set_study_user_attr(self._id, _STOP, stop))

    def trials(self) -> list[FrozenTrial]:
        """All trials as Optuna has them."""
        return self._do(lambda: self._shared.get_all_trials(self._id, deepcopy=False))

    def begin(self) -> Asked | None:
        """A new trial; None where as many are begun as are asked for."""
        try:
            made = self._do(lambda: self._study._storage.create_new_trial(self._id))
            return self._do(lambda: self._asked(self._shared.get_trial(made)))
        except (NoneLeftError, TakenOverError):  # the latter: frozen between the two
            return None

    def take(self, seen: OpenTrial) -> Asked | None:
        """Take a trial over; None where another worker was quicker, or it has ended."""
        with contextlib.suppress(TakenOverError):  # frozen between the two
            if self._do(lambda: self._shared.take(seen)):
                return self._do(lambda: self._asked(self._shared.get_trial(seen.id)))
        return None

    def note_place(self, number: int, run: str, runs: str, host: str) -> None:
        """Note where the run of a trial lies."""
        places = {RUN: run, RUNS: runs, HOST: host}
        self._do(lambda: self._shared.note(self._trials[number]._trial_id, places))

    def run_of(self, number: int) -> str:
        """Id of the run of a trial, also of one that has ended; empty where it has none."""

        def read() -> str:
            made = self._shared.get_trial_id_from_study_id_trial_number(self._id, number)
            return str(self._shared.get_trial(made).user_attrs.get(RUN, ""))

        return self._do(read)

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Tell the pruner a validation; whether the trial should be given up."""
        report = super().report
        return self._do(lambda: report(number, epoch, value))

    def tell(self, number: int, ending: Ending, value: float | None = None, why: str = "") -> None:
        """End a trial."""
        made = self._trials[number]._trial_id
        notes = {WHY: why} if why else {}

        def write() -> None:
            values = None if value is None else [value]
            if ending == "pruned":  # as Optuna does
                reported = self._shared.get_trial(made).intermediate_values
                values = [reported[max(reported)]] if reported else None
            refused = {REFUSED: True} if ending == "refused" else {}
            self._shared.end(made, STATES[ending], values, notes | refused)

        self._do(write)
        del self._trials[number]

    def lost(self, numbers: Sequence[int]) -> list[int]:
        """Give a sign of life of these trials; those of them that another worker has."""
        if not numbers:
            return []
        ids = {self._trials[number]._trial_id: number for number in numbers}
        mine = self._do(lambda: self._shared.beat(ids))
        return sorted(number for made, number in ids.items() if made not in mine)

    def release(self, numbers: Sequence[int]) -> None:
        """Leave trials to whoever asks first; where the database is away, they will be missed."""
        for number in numbers:
            with contextlib.suppress(AwayError, RunError), self._quiet():
                self._shared.release(self._trials[number]._trial_id)

    def forget(self, number: int) -> None:
        """Have no more to do with a trial."""
        self._trials.pop(number, None)

    def _do(self, operation: Callable[[], T]) -> T:
        def tried() -> T:
            with self._quiet():
                return operation()

        if self._repeat is None:
            return tried()
        return self._repeat(tried)

    def _open(self) -> optuna.storages.RDBStorage:
        return self._shared

    def _load(self) -> optuna.Study:
        pruner = pruner_of(self._sweep)
        return optuna.load_study(storage=self._shared, study_name=self.name, pruner=pruner)

    def _asked(self, found: FrozenTrial) -> Asked:
        # Optuna forgets what it has read of the others where it asks for a trial itself.
        self._study._thread_local.cached_all_trials = None
        if self._sweep.sampler == "grid" and "fixed_params" not in found.system_attrs:
            dimensions = {one.name: one for one in self._sweep.space.dimensions}
            params = self._grid[found.number]
            fixed = {name: plain_value(dimensions[name], value) for name, value in params.items()}
            self._shared.set_trial_system_attr(found._trial_id, "fixed_params", fixed)
        return super()._asked(found)

    @contextlib.contextmanager
    def _quiet(self) -> Iterator[None]:
        try:
            with super()._quiet():
                yield
        except optuna.exceptions.UpdateFinishedTrialError:  # by another worker
            raise TakenOverError from None

    def _fault(self, error: BaseException) -> Exception:
        return fault(error, self._address)
