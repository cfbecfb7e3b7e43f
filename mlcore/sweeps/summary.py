"""Everything about a sweep, read from its folder and its runs; no torch, no Optuna, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mlcore.config import MACHINE, SETTINGS, RunConfig
from mlcore.rules import Value
from mlcore.runs import RunInfo, RunStore
from mlcore.runs.library.trash import deleted_runs
from mlcore.sweeps.folder import SweepFolder
from mlcore.sweeps.sweep import Sweep
from mlcore.sweeps.trial import TrialState, info_state
from mlcore.words import N_

__all__ = ["SWEEP_WORDS", "Place", "SweepState", "SweepSummary", "SweepTrial", "read_sweep"]

SweepState = Literal["running", "stopped", "finished"]

SWEEP_WORDS: Mapping[SweepState, str] = {
    "running": N_("running"),
    "stopped": N_("stopped"),
    "finished": N_("finished"),
}
"""What the state of a sweep is called."""

_OPEN = ("waiting", "running", "interrupted")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run of a sweep of many machines lies.

    Attributes:
        host: the machine; empty before the trial has a run.
        runs: the folder of its runs.
    """

    host: str
    runs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepTrial:
    """One trial.

    Attributes:
        number: from 0, in the order in which they were begun; numbers may be missing.
        state: what has become of it.
        params: the settings that it has from the sweep; those that do not apply are left out.
        value: of the objective at the end of the last epoch; None before the first.
        run: its run, as a list of runs has it.
        place: where that lies, in a sweep of many machines; of the run itself only what the
            database has is known then. None: beside the sweep.
    """

    number: int
    state: TrialState
    params: Mapping[str, Value]
    value: float | None
    run: RunInfo
    place: Place | None = None

    @property
    def config(self) -> RunConfig:
        """Its settings, to be trained here: where and how another machine computes is left out."""
        if self.place is None:
            return self.run.config
        return self.run.config.with_values({name: SETTINGS[name].default for name in MACHINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSummary:
    """A sweep and its trials at one moment.

    Attributes:
        sweep: what it is asked to do.
        state: running: a living process runs it. Stopped: `mlcore sweep continue` goes on.
        pid: of that process, if any.
        trials: by number.
        database: where a sweep of many machines lies, without its password; else empty.
    """

    sweep: Sweep
    state: SweepState
    pid: int | None
    trials: tuple[SweepTrial, ...]
    database: str = ""

    def count(self, *states: TrialState) -> int:
        """How many trials are in these states."""
        return sum(trial.state in states for trial in self.trials)

    @property
    def ranked(self) -> tuple[SweepTrial, ...]:
        """The trials that were trained to their end, the best first; of equals the earlier."""
        whole = [one for one in self.trials if one.state == "complete" and one.value is not None]
        sign = -1 if self.sweep.objective == "accuracy" else 1
        return tuple(sorted(whole, key=lambda one: (sign * (one.value or 0.0), one.number)))

    @property
    def best(self) -> SweepTrial | None:
        """The best of the trials that were trained to their end; None where none was."""
        return next(iter(self.ranked), None)


def read_sweep(
    folder: SweepFolder,
    store: RunStore,
    *,
    runs: Iterable[RunInfo] | None = None,
    deleted: Iterable[RunInfo] | None = None,
) -> SweepSummary:
    """Read a sweep; of runs that have ended, those that the store knows are not read again.

    Args:
        folder: of the sweep.
        store: of its runs.
        runs: the runs of the store, where they are listed already.
        deleted: those in its trash, likewise.

    Raises:
        RunError: its sweep.json cannot be read.
    """
    sweep, controller = folder.read(), folder.controller
    found: dict[int, SweepTrial] = {}
    thrown = deleted_runs(store) if deleted is None else deleted
    for infos, gone in ((store.list() if runs is None else runs, False), (thrown, True)):
        for info in sorted(infos, key=lambda one: one.created):
            if info.sweep == sweep.id and info.trial is not None:
                found.setdefault(info.trial, _trial(sweep, info.trial, info, gone=gone))
    trials = tuple(found[number] for number in sorted(found))
    ended = sum(one.state not in _OPEN for one in trials)
    is_open = ended < len(trials) or max(ended, folder.done) < sweep.trials
    return SweepSummary(
        sweep=sweep,
        state="running" if controller else "stopped" if is_open else "finished",
        pid=controller.pid if controller else None,
        trials=trials,
    )


def _trial(sweep: Sweep, number: int, info: RunInfo, *, gone: bool) -> SweepTrial:
    loss, accuracy = info.validation_loss, info.validation_accuracy
    return SweepTrial(
        number=number,
        state="deleted" if gone else info_state(info),
        params=sweep.params(info.config),
        value=accuracy if sweep.objective == "accuracy" else loss,
        run=info,
    )
