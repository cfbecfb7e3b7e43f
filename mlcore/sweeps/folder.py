"""A sweep's folder, `.sweeps/NAME` beside the runs: who runs it, and what was asked of it.

| file | writer | content |
| --- | --- | --- |
| `sweep.json` | starter; again where its numbers change | what it is asked to do |
| `study.db` | its controller | Optuna's study, which the samplers learn from |
| `controller.json` | its controller | the process that runs it |
| `stop` | anyone | it is to end |
| `error.json` | its controller | why it ended before its time |
| `done.json` | its controller, when nothing is left to do | how many trials it was asked for then |
| `lock` | its controller | held as long as it lives, so that there is one |
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from mlcore import errors
from mlcore.errors import MlcoreError, RunError
from mlcore.files import write_atomically
from mlcore.plain_json import read_object
from mlcore.rules import nearest, shortened
from mlcore.runs.record.locks import file_lock, try_lock
from mlcore.runs.record.worker import ProcessRecord
from mlcore.sweeps.sweep import Sweep, read_sweep_file, write_sweep_file

__all__ = ["SWEEPS", "SweepFolder", "find_sweep", "name_taken", "sweep_folders"]

SWEEPS = ".sweeps"
"""The folder of the sweeps, beside the runs."""


class SweepFolder:
    """A sweep's folder; making one of these reads nothing.

    Args:
        root: folder of the runs.
        name: of the sweep.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.name = root, name
        self.path = root / SWEEPS / name
        self.sweep_path = self.path / "sweep.json"
        self.study_path = self.path / "study.db"
        self._controller_path = self.path / "controller.json"
        self._stop_path = self.path / "stop"
        self._done_path = self.path / "done.json"
        self._error_path = self.path / "error.json"
        self._lock_path = self.path / "lock"

    def read(self) -> Sweep:
        """What the sweep is asked to do.

        Raises:
            RunError: that cannot be read.
        """
        return read_sweep_file(self.sweep_path)

    def begin(self, sweep: Sweep) -> None:
        """Write a new sweep; within `control`, so that no other begins under its name.

        Raises:
            RunError: there is one already, or it cannot be written.
        """
        if self.sweep_path.exists():
            raise name_taken(self.name)
        write_sweep_file(self.sweep_path, sweep)

    def change(self, *, trials: int | None, jobs: int | None) -> Sweep:
        """Change how many trials there are in all, or at once; a living controller follows.

        Raises:
            RunError: the file cannot be read or written.
        """
        with file_lock(self.path / "change.lock"):
            before = self.read()
            now = replace(before, trials=trials or before.trials, jobs=jobs or before.jobs)
            if now != before:
                write_sweep_file(self.sweep_path, now)
        return now

    @property
    def controller(self) -> ProcessRecord | None:
        """The living process that runs the sweep, if any."""
        try:
            found = read_object(self._controller_path)
            record = ProcessRecord(pid=int(found["pid"]), identity=str(found["identity"]))
        except (OSError, ValueError, LookupError, TypeError):
            return None
        return record if record.alive else None

    @contextmanager
    def control(self) -> Iterator[None]:
        """Within the block this process is the sweep's only controller.

        Raises:
            RunError: another process is, or the folder cannot be written.
        """
        with self._hold():
            self._stop_path.unlink(missing_ok=True)
            write_atomically(
                self._controller_path, json.dumps(asdict(ProcessRecord.mine())) + "\n", sync=False
            )
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    self._controller_path.unlink()

    @contextmanager
    def failures_noted(self) -> Iterator[None]:
        """Within `control`: an error that ends the block is left for `error`, and only that."""
        self._error_path.unlink(missing_ok=True)
        try:
            yield
        except MlcoreError as error:
            with contextlib.suppress(MlcoreError):  # the disk is full, or the folder is gone
                write_atomically(self._error_path, json.dumps(errors.to_json(error)) + "\n")
            raise

    @property
    def error(self) -> MlcoreError | None:
        """Why the last controller ended before its time; None where it did not."""
        try:
            return errors.from_json(read_object(self._error_path))
        except (OSError, ValueError, LookupError, TypeError):
            return None

    @contextmanager
    def _hold(self) -> Iterator[None]:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            fd = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | _CLOEXEC, 0o644)
        except OSError as error:
            raise RunError(
                "{path} cannot be written ({reason}): check that the runs folder is yours and has "
                "room on its disk, or choose another with --runs or MLCORE_RUNS.",
                path=self._lock_path,
                reason=error.strerror,
            ) from error
        try:
            if not try_lock(fd):
                raise self._busy()
            yield
        finally:
            os.close(fd)

    def _busy(self) -> RunError:
        found = self.controller
        return RunError(
            "Process {pid} runs sweep {sweep} already: `mlcore sweep show {sweep}` tells how it "
            "gets on, `mlcore sweep stop {sweep}` ends it.",
            pid=found.pid if found else "?",
            sweep=self.name,
        )

    def ask_stop(self) -> None:
        """Ask the controller to end, its trials to be continued later.

        Raises:
            RunError: the folder cannot be written.
        """
        write_atomically(self._stop_path, "", sync=False)

    @property
    def stop_asked(self) -> bool:
        """Whether the controller is to end."""
        return self._stop_path.exists()

    def note_done(self, trials: int) -> None:
        """Note that nothing is left to do of so many trials.

        Raises:
            RunError: the folder cannot be written.
        """
        write_atomically(self._done_path, json.dumps({"trials": trials}) + "\n", sync=False)

    @property
    def done(self) -> int:
        """Of how many trials nothing was left to do, when last it was finished; 0: it never was."""
        try:
            return int(read_object(self._done_path)["trials"])
        except (OSError, ValueError, LookupError, TypeError):
            return 0


_CLOEXEC = getattr(os, "O_CLOEXEC", 0)


def sweep_folders(root: Path) -> list[SweepFolder]:
    """The sweeps beside the runs of a folder, by name."""
    try:
        with os.scandir(root / SWEEPS) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError:
        return []
    found = [SweepFolder(root, name) for name in names]
    return [folder for folder in found if folder.sweep_path.is_file()]


def find_sweep(root: Path, name: str) -> SweepFolder:
    """The sweep of a name, in any case of its letters.

    Raises:
        RunError: there is none.
    """
    found = {folder.name.casefold(): folder for folder in sweep_folders(root)}
    folder = found.get(name.casefold())
    if folder is None:
        raise RunError(
            "There is no sweep {name!r} in {root}{hint}: `mlcore sweep list` lists those there.",
            name=shortened(name),
            root=root,
            hint=nearest(name, [one.name for one in found.values()]),
        )
    return folder


def name_taken(name: str) -> RunError:
    """The error for a sweep that is to begin under the name of another."""
    return RunError(
        "There is a sweep {sweep} already: choose another name, or continue that one with "
        "`mlcore sweep continue {sweep}`.",
        sweep=name,
    )
