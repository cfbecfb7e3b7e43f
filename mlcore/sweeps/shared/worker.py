"""`run_worker`: one machine's part of a shared sweep. Read this first.

    ask the database ──▶ make the run, in this machine's folder ──▶ queue ──▶ training
           ▲                                                               │
           └── tell the database ◀── read the run's folder ◀───────────────┘

**The database decides**: which trials there are, whose each is, and what counts (`storage.py`).
The run folders say how far a trial is, as in any sweep. So, whatever happens:

- A worker gives a sign of life of its trials every now and then. One that does not for so long as
  the sweep's patience has its trials taken over, each by the first other worker that sees it.
- The one that takes over a trial resumes its run in its own folder, or follows it where it still
  trains there. A run in another folder that it can see is asked to stop, and a new run begins at
  its last checkpoint, which gives the same numbers to the last bit. Where it sees no run, the trial
  begins anew, with the same settings and the same seed.
- A worker that was only frozen finds that a trial is not its own any more: it says so and tells
  nothing. Where the other one made a run of its own it stops its run, and where that one went on
  with this very run it leaves it alone.
- While the database is away, runs train on, and everybody waits with what needs it.
- A worker with nothing to do waits while others have trials: they may be lost yet.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from mlcore.errors import RunError
from mlcore.jobs import Jobs
from mlcore.rules import Value
from mlcore.signals import Shutdown, shutdown_on_signals
from mlcore.sweeps.ended import SweepEnd
from mlcore.sweeps.shared.address import Address
from mlcore.sweeps.shared.again import Again
from mlcore.sweeps.shared.opening import connected
from mlcore.sweeps.shared.study import SharedStudy
from mlcore.sweeps.shared.trials import Notify, Worker
from mlcore.sweeps.under_way import Observe

__all__ = ["run_worker"]

_POLL = 0.01  # seconds between two looks at the runs


def run_worker(
    address: Address,
    name: str,
    root: Path,
    observe: Observe,
    notify: Notify,
    *,
    jobs: int | None = None,
    settings: Mapping[str, Value] | None = None,
) -> SweepEnd:
    """Work on a shared sweep until all of its trials have ended, or it is asked to stop.

    Ctrl-C, SIGTERM and `mlcore sweep stop` stop the runs of this worker, each with a checkpoint,
    and leave their trials to the others.

    Args:
        address: of the database.
        name: of the sweep.
        root: folder of this worker's runs.
        observe: told of each trial that ends here.
        notify: told of what a person should know meanwhile.
        jobs: trials under way here at once; None: as many as the sweep says.
        settings: of this machine, by dotted name: where and how to compute.

    Raises:
        RunError: the database cannot be used, there is no such sweep, or trials fail one after the
            other.
        SettingsError: its settings give no trial.
        JobError: no process can be started.
    """
    with contextlib.ExitStack() as stack:
        ending = _Ending(stack.enter_context(shutdown_on_signals()))
        owner = f"{socket.gethostname()}-{secrets.token_hex(8)}"
        storage = stack.enter_context(connected(address, owner))
        study = SharedStudy(storage, address, name, Again(notify, ending.asked))
        runners = Jobs(root)
        stack.callback(runners.close)
        worker = Worker(study, runners, observe, notify, jobs, dict(settings or {}))
        stack.callback(worker.leave)
        try:
            worker.tidy()
            while worker.step():
                if worker.stop_asked:
                    return "stopped"
                if ending.asked():
                    return "interrupted"
                time.sleep(_POLL)
        except RunError:
            if ending.asked():  # while the database was away
                return "interrupted"
            raise
        return "finished"


class _Ending:
    """Whether the process was asked to end, ever."""

    def __init__(self, shutdown: Shutdown) -> None:
        self._shutdown, self._asked = shutdown, False

    def asked(self) -> bool:
        self._asked = bool(self._shutdown.poll()) or self._asked
        return self._asked
