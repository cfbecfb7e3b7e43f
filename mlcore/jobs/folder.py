"""A short job's folder: `runs/.jobs/<id>/`, with its request, its progress and its answer."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlcore import errors
from mlcore.errors import JobError, MlcoreError, RunError
from mlcore.files import write_atomically
from mlcore.plain_json import read_object
from mlcore.runs.record.worker import WorkerRecord, read_worker, write_worker

__all__ = ["JobFolder", "clean", "jobs_root"]

_KEPT = 3600.0  # seconds that a finished job's folder stays
_LARGEST = 2**26  # bytes of an answer


def jobs_root(runs: Path) -> Path:
    """The folder of the short jobs beside the runs."""
    return runs / ".jobs"


class JobFolder:
    """The files through which a short job and the server exchange data."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, runs: Path, kind: str, request: Mapping[str, Any]) -> JobFolder:
        """Make the folder of a new job.

        Raises:
            JobError: the folder cannot be written.
        """
        root = jobs_root(runs)
        folder = cls(root / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}")
        content = json.dumps({"kind": kind, "request": dict(request)}, default=str)
        try:
            folder.path.mkdir(parents=True)
            write_atomically(folder.path / "request.json", content, sync=False)
        except (OSError, RunError) as error:
            raise JobError(
                "{folder} cannot hold a new job ({reason}): choose another runs folder "
                "with --runs or MLCORE_RUNS.",
                folder=root,
                reason=error if isinstance(error, RunError) else str(error),
            ) from error
        return folder

    def request(self) -> tuple[str, dict[str, Any]]:
        """What is asked for: kind and details.

        Raises:
            JobError: the request cannot be read.
        """
        found = self._read("request.json")
        if not found or not isinstance(found.get("request"), dict):
            raise JobError("{folder} holds no request that can be read.", folder=self.path)
        return str(found.get("kind")), found["request"]

    def begin(self) -> None:
        """Note that the calling process works on the job."""
        write_worker(self.path, WorkerRecord.mine(), sync=False)

    def report(self, progress: Mapping[str, Any]) -> None:
        """Write the progress of the job."""
        self._write("progress.json", json.dumps(dict(progress)))

    def ask_stop(self) -> None:
        """Ask the job to end without a result; kinds that take long look whether they should."""
        with contextlib.suppress(OSError):
            (self.path / "stop").touch()

    @property
    def stop_asked(self) -> bool:
        """Whether it was asked to end without a result."""
        return (self.path / "stop").exists()

    def answer(self, result: Mapping[str, Any]) -> None:
        """Write the result; the job is done."""
        self._write("result.json", json.dumps(dict(result), allow_nan=False))

    def refuse(self, error: MlcoreError) -> None:
        """Write why there is no result; the job is done."""
        self._write("error.json", json.dumps(errors.to_json(error)))

    @property
    def done(self) -> bool:
        """Whether there is an answer."""
        return any((self.path / name).exists() for name in ("result.json", "error.json"))

    @property
    def working(self) -> bool:
        """Whether a living process works on it."""
        worker = read_worker(self.path)
        return worker is not None and worker.alive

    def progress(self) -> dict[str, Any] | None:
        """How far the job is, where it reports that."""
        return self._read("progress.json")

    def result(self) -> dict[str, Any] | None:
        """The result, or None while there is none.

        Raises:
            MlcoreError: the job has failed; the class is the one it failed with.
        """
        if (record := self._read("error.json")) is not None:
            try:
                error = errors.from_json(record)
            except ValueError:
                error = JobError("The job failed, and its answer cannot be read: ask again.")
            raise error
        return self._read("result.json")

    def _write(self, name: str, text: str) -> None:
        write_atomically(self.path / name, text, sync=False)  # nobody asks after a power cut

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            return read_object(self.path / name, _LARGEST)
        except (OSError, ValueError):
            return None


def clean(runs: Path) -> None:
    """Delete the folders of jobs that ended, or were touched, more than an hour ago."""
    try:
        folders = [path for path in jobs_root(runs).iterdir() if path.is_dir()]
    except OSError:
        return
    for path in folders:
        try:
            old = abs(time.time() - path.stat().st_mtime) > _KEPT  # the clock may be set back
        except OSError:
            continue
        if old and not JobFolder(path).working:
            shutil.rmtree(path, ignore_errors=True)
