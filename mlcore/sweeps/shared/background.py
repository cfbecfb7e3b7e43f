"""A worker of a shared sweep in a process of its own, which outlives the one that asked for it.

`python -m mlcore.sweeps.shared.background ROOT NAME` is that process; the address comes from the
environment alone. Why it ended before its time is left where `worker_place` says, for
`SweepFolder.error`; what was unforeseen in `background.log` there.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mlcore.errors import MlcoreError, SettingsError
from mlcore.sweeps.background import start_process
from mlcore.sweeps.folder import SweepFolder

__all__ = ["launch_worker", "main", "worker_place"]

_MARK = "@database"  # in no name of a sweep


def worker_place(root: Path, name: str) -> SweepFolder:
    """Where this machine's worker of a shared sweep says who it is; no sweep lies there.

    Args:
        root: folder of the runs.
        name: of the sweep.
    """
    return SweepFolder(root, name + _MARK)


def launch_worker(root: Path, name: str) -> subprocess.Popen[bytes]:
    """Start the process that works on a shared sweep; SIGTERM leaves its trials to the others.

    Args:
        root: folder of its runs.
        name: of the sweep.

    Raises:
        JobError: no process can be started, or its folder cannot be written.
    """
    return start_process(worker_place(root, name), __name__, name, make=True)


def main(root: str, name: str) -> int:
    """Work until all trials have ended; 1 where that is not reached."""
    from mlcore.sweeps.shared.address import VARIABLE, find_address  # loads SQLAlchemy
    from mlcore.sweeps.shared.worker import run_worker  # loads Optuna

    place = worker_place(Path(root), name)
    try:
        with place.control(), place.failures_noted():
            address = find_address("", "")
            if address is None:
                raise SettingsError(
                    "A worker needs the address of its database in {variable}.", variable=VARIABLE
                )
            run_worker(address, name, Path(root), lambda _ended: None, _notify)
    except MlcoreError:  # said by the folder
        return 1
    return 0


def _notify(error: MlcoreError) -> None:
    print(error, file=sys.stderr, flush=True)  # noqa: T201 (background.log)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
