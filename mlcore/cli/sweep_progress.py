"""What is printed while a sweep runs: a line for each trial, and how it ended."""

from __future__ import annotations

import sys

from mlcore.cli.layout import print_json
from mlcore.cli.sweep_text import params_text, state_line, sweep_record, value_text_of
from mlcore.config import DataConfig
from mlcore.runs import RunStore
from mlcore.sweeps import Sweep, SweepFolder, read_sweep
from mlcore.sweeps.ended import SweepEnd, TrialEnded
from mlcore.sweeps.space import Params

__all__ = ["Progress", "data_of", "print_begun", "print_changed"]


class Progress:
    """Prints a line, or a JSON object, for each trial that ends, and one for the sweep."""

    def __init__(self, folder: SweepFolder, store: RunStore, *, as_json: bool) -> None:
        self._folder, self._store, self._as_json = folder, store, as_json

    def begin(self, sweep: Sweep) -> None:
        """Say what begins."""
        if not self._as_json:
            print(f"sweep {sweep.name}: {'; '.join(sweep.space.texts)}", flush=True)

    def __call__(self, ended: TrialEnded) -> None:
        """Print a trial that has ended."""
        if self._as_json:
            print_json(
                {
                    "event": "trial",
                    "trial": ended.number,
                    "run": ended.run,
                    "state": ended.state,
                    "value": ended.value,
                    "params": dict(ended.params),
                    "message": ended.message,
                    "begun": ended.begun,
                    "trials": ended.trials,
                }
            )
            return
        value = value_text_of(ended.objective, ended.value)
        print(
            f"trial {ended.number} ({ended.begun} of {ended.trials} begun)  {ended.state}  {value}"
            f"  {params_text(ended.params)}  run {ended.run}",
            flush=True,
        )
        if ended.message:
            print(f"mlcore: {ended.message}", file=sys.stderr)

    def finish(self, end: SweepEnd) -> None:
        """Say how the sweep ended."""
        found = read_sweep(self._folder, self._store)
        if self._as_json:
            print_json({"event": "sweep", **sweep_record(found)})
        else:
            print(state_line(found))
            if end == "finished" and found.best is not None:
                print(f"`mlcore sweep best {found.sweep.name}` shows its settings as a command.")
        if end != "finished":
            words = f"stopped; continue it with `mlcore sweep continue {found.sweep.name}`"
            print(words, file=sys.stderr if self._as_json else sys.stdout)


def data_of(settings: Params) -> DataConfig:
    """The data set of a sweep with these settings."""
    return DataConfig(name=settings["data.name"], root=settings["data.root"])  # type: ignore[arg-type]


def print_changed(folder: SweepFolder, sweep: Sweep, store: RunStore, *, as_json: bool) -> int:
    """Say that a sweep which another process runs follows other numbers now; 0, the status."""
    if as_json:
        print_json(sweep_record(read_sweep(folder, store)))
    else:
        controller = folder.controller
        print(
            f"sweep {sweep.name} goes on with {sweep.trials:,} trials in all and {sweep.jobs} at "
            f"once{f', in process {controller.pid}' if controller else ''}"
        )
    return 0


def print_begun(sweep: Sweep, database: str, *, as_json: bool) -> int:
    """Say that a sweep waits for its workers; 0, the status."""
    if as_json:
        print_json({"sweep": sweep.name, "id": sweep.id, "trials": sweep.trials})
    else:
        print(f"sweep {sweep.name} of {sweep.trials:,} trials is begun in {database}")
        print(
            f"`mlcore sweep worker {sweep.name}` works on it, on each machine that has the address"
        )
    return 0
