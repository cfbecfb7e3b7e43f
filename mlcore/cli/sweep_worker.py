"""`mlcore sweep worker`, and what start, continue and stop do with a sweep of many machines."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption, RunsOption, open_store
from mlcore.cli.files import bring_data
from mlcore.cli.layout import print_json
from mlcore.cli.main import INTERRUPTED
from mlcore.cli.options import POSITIONAL, argument, text, whole_number
from mlcore.cli.sweep_progress import Progress, data_of
from mlcore.cli.sweep_storage import StorageOptions, address_in
from mlcore.cli.sweep_text import state_line, sweep_record
from mlcore.config import EXECUTION, SETTINGS
from mlcore.errors import MlcoreError, RunError, SettingsError
from mlcore.rules import Value
from mlcore.runs import RunStore
from mlcore.runs.active.queue_file import MOST_AT_ONCE
from mlcore.sweeps import Sweep
from mlcore.sweeps.ended import SweepEnd

if TYPE_CHECKING:
    from mlcore.sweeps.shared.address import Address

__all__ = ["PATIENCE", "begin", "work", "worker"]

PATIENCE = 120
"""Seconds without a sign of life after which a trial is taken over, where nobody says otherwise."""


@dataclass(frozen=True, kw_only=True)
class WorkerOptions(StorageOptions):
    """Work on a sweep of many machines: `mlcore sweep start NAME --storage URL` begins one.

    The runs of this worker lie in a folder of its own. Trials of workers that are gone are taken
    over; Ctrl-C leaves the own ones to the others. The settings below are those of this machine,
    where they differ from what the sweep says.
    """

    name: Annotated[str, POSITIONAL, argument("name of a sweep in the database", "NAME")] = ""
    jobs: Annotated[
        int | None,
        whole_number("jobs", low=1, high=MOST_AT_ONCE),
        text("runs under way here at once", "as the sweep says", "N"),
    ] = None
    runs: RunsOption = ""
    json: JsonOption = False


def worker(argv: Sequence[str]) -> int:
    """Work on a sweep until all of its trials have ended."""
    names = {name: SETTINGS[name] for name in EXECUTION}
    options, given = read("sweep worker", WorkerOptions, argv, settings=names)
    if not options.name:
        raise SettingsError(
            "`mlcore sweep worker` needs the name of a sweep: `mlcore sweep list --storage URL` "
            "lists them."
        )
    address = address_in(options)
    if address is None:
        raise SettingsError(
            "`mlcore sweep worker` needs the address of the sweep's database: give --storage, "
            "--storage-file or the variable MLCORE_SWEEP_STORAGE."
        )
    store = open_store(options.runs)
    from mlcore.sweeps.shared.looking import opened  # loads Optuna

    with opened(address, options.name) as study:
        sweep = study.sweep
    return work(address, sweep, store, given, jobs=options.jobs, as_json=options.json)


def begin(address: Address, sweep: Sweep, patience: int | None) -> None:
    """Begin a sweep in a database; nobody works on it yet.

    Raises:
        RunError: there is one of its name, or the database cannot be used.
    """
    from mlcore.sweeps.shared.opening import connected, create_shared  # loads Optuna

    with connected(address, make_tables=True) as storage:
        create_shared(storage, sweep, patience or PATIENCE)


def work(
    address: Address,
    sweep: Sweep,
    store: RunStore,
    settings: Mapping[str, Value],
    *,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Be a worker of a sweep; the exit status.

    Args:
        address: of the database.
        sweep: what is asked of it.
        store: of this worker's runs.
        settings: those of this machine.
        jobs: trials under way here at once; None: as the sweep says.
        as_json: print JSON.
    """
    from mlcore.sweeps.shared.worker import run_worker  # loads Optuna

    bring_data(data_of({**sweep.settings, **settings}), settings)
    progress = _WorkerProgress(address, as_json=as_json)
    progress.begin(sweep)
    end = run_worker(
        address, sweep.name, store.root, progress, _notify, jobs=jobs, settings=settings
    )
    progress.finish_shared(sweep.name, end)
    return INTERRUPTED if end == "interrupted" else 0


class _WorkerProgress(Progress):
    """Prints a line, or a JSON object, for each trial that ends here, and one for the sweep."""

    def __init__(self, address: Address, *, as_json: bool) -> None:
        self._address, self._as_json = address, as_json

    def finish_shared(self, name: str, end: SweepEnd) -> None:
        """Say how the sweep stands as this worker ends."""
        from mlcore.sweeps.shared.looking import look_at

        try:
            found = look_at(self._address, name)
        except RunError as error:
            _notify(error)
        else:
            if self._as_json:
                print_json({"event": "sweep", **sweep_record(found)})
            else:
                print(state_line(found))
        if end == "interrupted":
            words = f"this worker has left; `mlcore sweep worker {name}` works on"
        elif end == "stopped":
            words = f"the sweep is stopped; `mlcore sweep continue {name}` goes on"
        else:
            return
        print(words, file=sys.stderr if self._as_json else sys.stdout)


def _notify(error: MlcoreError) -> None:
    print(f"mlcore: {error}", file=sys.stderr, flush=True)
