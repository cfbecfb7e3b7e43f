"""`Job`: one short job, from the side of the server."""

from __future__ import annotations

import io
import time
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from mlcore.errors import JobError
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.supervisor_client import SupervisorClient

__all__ = ["Job"]


class Job:
    """A short job that was asked for.

    Attributes:
        folder: where files that it makes lie.
    """

    def __init__(self, folder: JobFolder, supervisor: SupervisorClient) -> None:
        self._files, self._supervisor = folder, supervisor
        self.folder = folder.path

    def poll(self) -> dict[str, Any] | None:
        """The result, or None while the job is at work.

        Raises:
            MlcoreError: the job failed; the class says at what (CheckpointError, DataError, …).
        """
        gone = not self._supervisor.is_pending(self.folder) and not self._files.working
        result = self._files.result()
        if result is None and gone:
            raise JobError("The process that did the job is gone without an answer: ask again.")
        return result

    def progress(self) -> dict[str, Any] | None:
        """How far the job is, for kinds that report it."""
        return self._files.progress()

    def stop(self) -> None:
        """Ask it to end without a result; only kinds that take long listen."""
        self._files.ask_stop()

    def take(self, name: str) -> bytes:
        """The content of a file that the job made; the file is deleted.

        Raises:
            JobError: it cannot be read.
        """
        path = self.folder / name
        try:
            content = path.read_bytes()
            path.unlink()
        except OSError as error:
            raise _unreadable(name) from error
        return content

    def take_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays of a plain .npz file that the job made; the file is deleted.

        Raises:
            JobError: it cannot be read, or holds anything but plain arrays.
        """
        try:
            with np.load(io.BytesIO(self.take(name)), allow_pickle=False) as file:
                return {key: file[key] for key in file.files}
        except (ValueError, KeyError, EOFError, AttributeError, BadZipFile) as error:
            raise _unreadable(name) from error

    def wait(self, timeout: float) -> dict[str, Any]:
        """Wait for the result.

        Raises:
            JobError: it took more than `timeout` seconds.
            MlcoreError: the job failed.
        """
        until = time.monotonic() + timeout
        pause = 0.002
        while (result := self.poll()) is None:
            if time.monotonic() >= until:
                raise JobError(
                    "The job gave no answer within {seconds:g} s: try again later.", seconds=timeout
                )
            time.sleep(pause)
            pause = min(pause * 1.3, 0.05)
        return result


def _unreadable(name: str) -> JobError:
    return JobError("{file} of the job cannot be read: ask again.", file=name)
