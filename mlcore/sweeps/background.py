"""A sweep in a process of its own, which outlives the one that asked for it.

`python -m mlcore.sweeps.background ROOT NAME` is that process. Why it ended before its time stands
in the sweep's folder, for `SweepFolder.error`; what was unforeseen in `background.log`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mlcore.errors import JobError, MlcoreError
from mlcore.sweeps.folder import SweepFolder

__all__ = ["launch", "main", "start_process"]

_LOG = "background.log"


def launch(folder: SweepFolder) -> subprocess.Popen[bytes]:
    """Start the process that continues a sweep; SIGTERM stops it tidily.

    Args:
        folder: of the sweep, with its sweep.json.

    Raises:
        JobError: no process can be started, or the folder cannot be written.
    """
    return start_process(folder, __name__, folder.name)


def start_process(
    folder: SweepFolder, module: str, name: str, *, make: bool = False
) -> subprocess.Popen[bytes]:
    """Start a module with the folder of the runs and the name of a sweep.

    Args:
        folder: where it writes what it prints.
        module: as `python -m` takes it.
        name: of the sweep.
        make: make the folder where it is missing.

    Raises:
        JobError: no process can be started, or the folder cannot be written.
    """
    try:
        if make:
            folder.path.mkdir(parents=True, exist_ok=True)
        with (folder.path / _LOG).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, str(folder.root), name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal of a server is not meant for it
            )
    except OSError as error:
        raise JobError(
            "The process of sweep {sweep} cannot be started ({reason}): close other programs, see "
            "that {path} is yours and has room on its disk, and continue the sweep.",
            sweep=name,
            reason=error.strerror,
            path=folder.path,
        ) from error


def main(root: str, name: str) -> int:
    """Continue a sweep to its end; 1 where that is not reached."""
    from mlcore.sweeps.controller import run_sweep  # loads Optuna

    try:
        run_sweep(SweepFolder(Path(root), name), lambda _ended: None)
    except MlcoreError:  # said by the folder
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
