"""Everything about a shared sweep, from its database: the runs may lie on other machines."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as Told

from mlcore.errors import RunError
from mlcore.runs import RunFolder, RunInfo, RunStatus, read_status
from mlcore.sweeps.asked import REFUSED, RUN, RUNS, WHY
from mlcore.sweeps.optuna_parts import value_of_plain
from mlcore.sweeps.shared.address import Address
from mlcore.sweeps.shared.open_trial import OpenTrial
from mlcore.sweeps.shared.opening import sweep_of
from mlcore.sweeps.shared.storage import SWEEP, SharedStorage
from mlcore.sweeps.shared.study import HOST, SharedStudy
from mlcore.sweeps.summary import Place, SweepState, SweepSummary, SweepTrial
from mlcore.sweeps.sweep import Sweep
from mlcore.sweeps.trial import TrialState, trial_state, value_of

__all__ = ["read_all_shared", "read_shared", "sweeps_in"]


def read_shared(storage: SharedStorage, address: Address, name: str) -> SweepSummary:
    """Read a shared sweep.

    Raises:
        RunError: there is none of this name, or the database cannot be used.
    """
    study = SharedStudy(storage, address, name)
    now = study.situation()
    still = {one.number: one for one in now.open}
    trials = tuple(
        _trial(now.sweep, one, still.get(one.number), study.patience)
        for one in study.trials()
        if REFUSED not in one.user_attrs
    )
    alive = any(one.owner and one.silent <= study.patience for one in now.open)
    left = now.open or now.begun < now.sweep.trials
    state: SweepState = "finished" if not left else "running" if alive else "stopped"
    return SweepSummary(
        sweep=now.sweep, state=state, pid=None, trials=trials, database=address.shown
    )


def read_all_shared(storage: SharedStorage, address: Address) -> list[SweepSummary]:
    """The shared sweeps of a database, by name; studies of other programs are left out.

    Raises:
        RunError: the database cannot be used, or a sweep is of a later version.
    """
    return [read_shared(storage, address, sweep.name) for sweep in sweeps_in(storage)]


def sweeps_in(storage: SharedStorage) -> list[Sweep]:
    """What is asked of each of them, by name.

    Raises:
        RunError: as `read_all_shared`.
    """
    studies = {one.study_name: one.user_attrs for one in storage.get_all_studies()}
    return [sweep_of(studies[name], name) for name in sorted(studies) if SWEEP in studies[name]]


def _trial(
    sweep: Sweep, found: FrozenTrial, still: OpenTrial | None, patience: float
) -> SweepTrial:
    dimensions = {one.name: one for one in sweep.space.dimensions}
    params = {name: value_of_plain(dimensions[name], value) for name, value in found.params.items()}
    why, state = str(found.user_attrs.get(WHY, "")), _state(found, still, patience)
    host, runs, run = (str(found.user_attrs.get(name, "")) for name in (HOST, RUNS, RUN))
    config, value = sweep.config(params), found.value if found.values else None
    if state == "interrupted" and still is not None and still.owner:
        own = _own_status(sweep, found.number, host, Path(runs) / run)
        if own is not None and (says := trial_state(own)) != "failed":  # it is tried again
            state, value = says, value_of(sweep.objective, own.last_epoch)
    by_accuracy = sweep.objective == "accuracy"
    return SweepTrial(
        number=found.number,
        state=state,
        params=params,
        value=None if state in ("diverged", "failed", "deleted") else value,
        place=Place(host, runs),
        run=RunInfo(
            id=run,
            name=f"{sweep.name} {found.number}",
            tags=(sweep.name,),
            note="",
            path=Path(runs) / run,
            created=found.datetime_start.timestamp() if found.datetime_start else 0.0,
            state="finished" if state == "complete" else "queued",
            config=config,
            parent=None,
            epoch=config.train.epochs if state == "complete" else 0,
            epochs=config.train.epochs,
            step=0,
            loss=None,
            validation_loss=None if by_accuracy else value,
            validation_accuracy=value if by_accuracy else None,
            test_accuracy=None,
            message=why if state in ("diverged", "failed") else "",
            sweep=sweep.id,
            trial=found.number,
        ),
    )


def _own_status(sweep: Sweep, number: int, host: str, path: Path) -> RunStatus | None:
    """What the run of a trial says whose worker is silent, where it lies on this machine.

    What trains it may live on, and have finished.
    """
    if host == socket.gethostname():
        with contextlib.suppress(RunError, OSError):
            folder = RunFolder(path)
            if folder.meta.get("sweep") == {"id": sweep.id, "trial": number}:
                return read_status(folder)
    return None


def _state(found: FrozenTrial, still: OpenTrial | None, patience: float) -> TrialState:
    why = found.user_attrs.get(WHY, "")
    if found.state == Told.COMPLETE:
        return "complete"
    if found.state == Told.PRUNED:
        return "pruned" if why == "pruned" else "stopped" if why == "stopped" else "diverged"
    if found.state == Told.FAIL:
        return "deleted" if why == "deleted" else "failed"
    if still is None or not still.owner or still.silent > patience:
        return "interrupted"
    return "running" if still.run else "waiting"
