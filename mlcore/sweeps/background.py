"""A sweep in a process of its own, which outlives the one that asked for it.

`python -m mlcore.sweeps.background ROOT NAME` is that process. Why it ended before its time stands
in the sweep's folder: in `error.json` as a sentence that a page can say in its own language, and
what was unforeseen in `background.log`.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path

from mlcore import errors
from mlcore.errors import JobError, MlcoreError
from mlcore.files import write_atomically
from mlcore.plain_json import read_object
from mlcore.sweeps.folder import SweepFolder

__all__ = ["launch", "main", "why_it_ended"]

_ERROR, _LOG = "error.json", "background.log"


def launch(folder: SweepFolder) -> subprocess.Popen[bytes]:
    """Start the process that continues a sweep; SIGTERM stops it tidily.

    Args:
        folder: of the sweep, with its sweep.json.

    Raises:
        JobError: no process can be started, or the folder cannot be written.
    """
    try:
        (folder.path / _ERROR).unlink(missing_ok=True)
        with (folder.path / _LOG).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", __name__, str(folder.root), folder.name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal of a server is not meant for it
            )
    except OSError as error:
        raise JobError(
            "The process of sweep {sweep} cannot be started ({reason}): close other programs, see "
            "that {path} is yours and has room on its disk, and continue the sweep.",
            sweep=folder.name,
            reason=error.strerror,
            path=folder.path,
        ) from error


def why_it_ended(folder: SweepFolder) -> MlcoreError | None:
    """Why the last process of a sweep ended before its time; None where it did not."""
    try:
        return errors.from_json(read_object(folder.path / _ERROR))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def main(root: str, name: str) -> int:
    """Continue a sweep to its end, and leave word where it cannot."""
    from mlcore.sweeps.controller import run_sweep  # loads Optuna

    folder = SweepFolder(Path(root), name)
    try:
        run_sweep(folder, lambda _ended: None)
    except MlcoreError as error:
        with contextlib.suppress(MlcoreError):  # its folder is gone
            write_atomically(folder.path / _ERROR, json.dumps(errors.to_json(error)) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
