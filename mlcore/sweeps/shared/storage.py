"""Optuna's tables in PostgreSQL, with what many workers need: a limit, owners, signs of life.

Three things are decided here, each in one transaction, so that no two workers decide otherwise:

- **how many trials there are**: one is made only while fewer are begun than the sweep asks for;
  the row of the study is locked meanwhile;
- **whose a trial is**: its user attribute `owner` names one worker, and nothing of a trial is
  written by any other: a worker that was frozen, and whose trial another has taken, is refused;
- **who takes one over**: the first that finds owner and sign of life as it saw them before.

The clock of no machine counts: a sign of life is the database's time, and only whether it changes
is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import optuna
import sqlalchemy as sa
from optuna.storages._rdb import models
from optuna.storages._rdb.storage import _create_scoped_session
from optuna.trial import FrozenTrial, TrialState

from mlcore.sweeps.shared.address import Address
from mlcore.sweeps.shared.open_trial import NoneLeftError, OpenTrial, TakenOverError

__all__ = ["SWEEP", "SharedStorage"]

SWEEP = "sweep"
"""Attribute of the study that holds what is asked of the sweep."""

_OWNER, _REFUSED = "owner", "refused"
_CONNECT = 10  # seconds
# A worker that is frozen within a transaction would keep all others waiting.
_SERVER = "-c idle_in_transaction_session_timeout=15000 -c lock_timeout=30000"


class SharedStorage(optuna.storages.RDBStorage):
    """The tables at an address, as one worker uses them.

    Args:
        address: of the database.
        owner: what distinguishes the worker from all others; empty: it only reads.
        make_tables: make those that are missing.
    """

    def __init__(self, address: Address, owner: str = "", *, make_tables: bool = False) -> None:
        self.owner = owner
        super().__init__(
            address.url,
            engine_kwargs={
                "pool_pre_ping": True,
                "pool_size": 1,  # a worker uses one connection
                "hide_parameters": True,
                "connect_args": {
                    "connect_timeout": _CONNECT,
                    "options": _SERVER,
                    "application_name": "mlcore sweep",
                    "keepalives_idle": 15,
                    "keepalives_interval": 5,
                    "keepalives_count": 3,
                    "tcp_user_timeout": 30_000,  # milliseconds
                },
            },
            skip_table_creation=not make_tables,
        )

    def check_trial_is_updatable(self, trial_id: int, trial_state: TrialState) -> None:
        """Refuse what has ended, and a trial of another worker.

        Optuna calls it in the transaction of each change of a trial.
        """
        super().check_trial_is_updatable(trial_id, trial_state)
        self._check_mine(self.scoped_session(), trial_id)

    def _get_prepared_new_trial(
        self, study_id: int, template_trial: FrozenTrial | None, session: Any
    ) -> Any:
        """Make a trial, in the transaction that holds the lock of its study."""
        asked = self._attribute(session, models.StudyUserAttributeModel, study_id, SWEEP)
        if self._begun(session, study_id) >= int(asked["trials"]):
            raise NoneLeftError
        trial = super()._get_prepared_new_trial(study_id, template_trial, session)
        session.add(models.TrialHeartbeatModel(trial_id=trial.trial_id))
        session.add(
            models.TrialUserAttributeModel(
                trial_id=trial.trial_id, key=_OWNER, value_json=json.dumps(self.owner)
            )
        )
        return trial

    def begun(self, study_id: int) -> int:
        """How many trials there are, refused ones left out."""
        with _create_scoped_session(self.scoped_session) as session:
            return self._begun(session, study_id)

    def open_trials(self, study_id: int) -> list[OpenTrial]:
        """The trials that have not ended, by number."""
        trial, beat = models.TrialModel, models.TrialHeartbeatModel
        owner, run = (sa.orm.aliased(models.TrialUserAttributeModel) for _ in range(2))
        silent = sa.extract("epoch", sa.cast(sa.func.now(), sa.DateTime) - beat.heartbeat)
        columns = trial.trial_id, trial.number, owner.value_json, beat.heartbeat
        query = (
            sa.select(*columns, silent, run.value_json)
            .outerjoin(beat, beat.trial_id == trial.trial_id)
            .outerjoin(owner, (owner.trial_id == trial.trial_id) & (owner.key == _OWNER))
            .outerjoin(run, (run.trial_id == trial.trial_id) & (run.key == "run"))
            .where(trial.study_id == study_id, trial.state == TrialState.RUNNING)
            .order_by(trial.number)
        )
        with _create_scoped_session(self.scoped_session) as session:
            return [
                OpenTrial(
                    id=made,
                    number=number,
                    owner=json.loads(owner or '""'),
                    beat=at,
                    silent=float(silent or 0),
                    run=json.loads(run or '""'),
                )
                for made, number, owner, at, silent, run in session.execute(query)
            ]

    def beat(self, trials: Iterable[int]) -> set[int]:
        """Give a sign of life of these trials; those of them that are (still) this worker's."""
        beat, owner = models.TrialHeartbeatModel.__table__, models.TrialUserAttributeModel
        mine = sa.exists().where(
            owner.trial_id == beat.c.trial_id,
            owner.key == _OWNER,
            owner.value_json == json.dumps(self.owner),
        )
        change = (
            sa.update(beat)
            .where(beat.c.trial_id.in_(sorted(trials)), mine)
            .values(heartbeat=sa.func.now())
            .returning(beat.c.trial_id)
        )
        with _create_scoped_session(self.scoped_session) as session:
            return set(session.execute(change).scalars())

    def take(self, seen: OpenTrial) -> bool:
        """Take a trial over if it is as it was seen; whether that was done."""
        with _create_scoped_session(self.scoped_session) as session:
            trial = models.TrialModel.find_or_raise_by_id(seen.id, session, for_update=True)
            beat = models.TrialHeartbeatModel.where_trial_id(seen.id, session, True)
            if (
                trial.state != TrialState.RUNNING
                or beat is None
                or beat.heartbeat != seen.beat
                or self._owner_of(session, seen.id) != seen.owner
            ):
                return False
            beat.heartbeat = session.execute(sa.select(sa.func.now())).scalar()
            self._set_owner(session, seen.id, self.owner)
        return True

    def release(self, trial_id: int) -> None:
        """Leave a trial of this worker to whoever asks first; one that is not is left alone."""
        with _create_scoped_session(self.scoped_session) as session:
            models.TrialModel.find_or_raise_by_id(trial_id, session, for_update=True)
            if self._owner_of(session, trial_id) == self.owner:
                self._set_owner(session, trial_id, "")

    def note(self, trial_id: int, values: Mapping[str, Any]) -> None:
        """Keep some values with a trial, all or none.

        Raises:
            TakenOverError: another worker has it.
        """
        with _create_scoped_session(self.scoped_session) as session:
            models.TrialModel.find_or_raise_by_id(trial_id, session, for_update=True)
            for key, value in values.items():
                self._set_trial_attr_without_commit(
                    session, models.TrialUserAttributeModel, trial_id, key, value
                )

    def end(
        self,
        trial_id: int,
        state: TrialState,
        values: Sequence[float] | None,
        notes: Mapping[str, Any],
    ) -> None:
        """End a trial; once more does nothing, as where the answer to the first time was lost.

        Raises:
            TakenOverError: another worker has it.
        """
        with _create_scoped_session(self.scoped_session) as session:
            trial = models.TrialModel.find_or_raise_by_id(trial_id, session, for_update=True)
            self._check_mine(session, trial_id)
            if trial.state.is_finished():
                return
            for key, value in notes.items():
                self._set_trial_attr_without_commit(
                    session, models.TrialUserAttributeModel, trial_id, key, value
                )
            for objective, value in enumerate(values or ()):
                self._set_trial_value_without_commit(session, trial, objective, value)
            trial.state, trial.datetime_complete = state, datetime.now()

    def _check_mine(self, session: Any, trial_id: int) -> None:
        if self._owner_of(session, trial_id) != self.owner:
            raise TakenOverError

    def _owner_of(self, session: Any, trial_id: int) -> Any:
        return self._attribute(session, models.TrialUserAttributeModel, trial_id, _OWNER)

    @staticmethod
    def _set_owner(session: Any, trial_id: int, owner: str) -> None:
        attribute = models.TrialUserAttributeModel
        session.execute(
            sa.update(attribute.__table__)
            .where(attribute.trial_id == trial_id, attribute.key == _OWNER)
            .values(value_json=json.dumps(owner))
        )

    @staticmethod
    def _attribute(session: Any, model: Any, id: int, key: str) -> Any:
        """A value as it stands now; nothing that the session remembers."""
        of = model.study_id if model is models.StudyUserAttributeModel else model.trial_id
        found = session.execute(
            sa.select(model.value_json).where(of == id, model.key == key)
        ).scalar()
        return None if found is None else json.loads(found)

    @staticmethod
    def _begun(session: Any, study_id: int) -> int:
        trial, attribute = models.TrialModel, models.TrialUserAttributeModel
        refused = sa.exists().where(attribute.trial_id == trial.trial_id, attribute.key == _REFUSED)
        query = sa.select(sa.func.count()).select_from(trial)
        return int(session.execute(query.where(trial.study_id == study_id, ~refused)).scalar_one())
