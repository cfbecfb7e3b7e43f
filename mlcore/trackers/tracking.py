"""The trackers beside a run: their processes are started, listened to and ended, never waited for.

All that the run itself does for them is one look into a pipe for each event that it records.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from mlcore import errors
from mlcore.errors import MlcoreError, RunError, SettingsError
from mlcore.events import EpochDone, Event, TrackerFailed
from mlcore.runs import RunFolder
from mlcore.trackers.catalog import TRACKERS, check_trackers

__all__ = ["GRACE", "Tracking"]

GRACE = 60.0
"""Seconds after the end of a run in which its trackers get what they lack; then they are ended.

One that takes nothing gives up after a few of them.
"""

_POLL = 0.01  # seconds


class Tracking:
    """The trackers of one start of a run.

    Args:
        folder: the run; its record names the trackers.
        offset: byte of its history where this start begins.
    """

    def __init__(self, folder: RunFolder, offset: int) -> None:
        self._folder, self._offset = folder, offset
        self._step = self._epoch = self._epochs = 0
        self._mirrors: list[_Mirror] = []
        self._unable: list[TrackerFailed] = []
        for name in folder.meta["track"]:
            self._start(name)

    def poll(self, event: Event) -> Iterator[TrackerFailed]:
        """What went wrong since the last call; the event was just recorded."""
        if not self._mirrors and not self._unable:
            return
        self._step, self._epoch = event.step, event.epochs_done
        self._epochs += isinstance(event, EpochDone)
        unable, self._unable = self._unable, []
        yield from unable
        for mirror in self._mirrors:
            if reason := mirror.trouble():
                yield self._failed(
                    mirror.name,
                    RunError(
                        "{tracker} takes nothing ({reason}): the run continues, and what is "
                        "missing there is sent again.",
                        tracker=TRACKERS[mirror.name].title,
                        reason=reason,
                    ),
                )

    def __enter__(self) -> Tracking:
        return self

    def __exit__(self, *_: object) -> None:
        """Tell the trackers that the run is over."""
        for mirror in self._mirrors:
            mirror.end_input()

    def finish(self) -> Iterator[TrackerFailed]:
        """Give the trackers a few seconds to end; what they did not get by then."""
        until = time.monotonic() + GRACE
        for mirror in self._mirrors:
            mirror.wait(until)
            if not mirror.ended:
                yield self._failed(mirror.name, self._missing(mirror))
        self._mirrors = []

    def _start(self, name: str) -> None:
        try:
            check_trackers([name])
            self._mirrors.append(_Mirror(self._folder, name, self._offset))
        except SettingsError as error:
            self._unable.append(self._failed(name, error))
        except OSError as error:
            reason = error.strerror or str(error)
            problem = RunError("No process could be started ({reason}).", reason=reason)
            self._unable.append(self._failed(name, problem))

    def _missing(self, mirror: _Mirror) -> RunError:
        """What a tracker did not get of the run, in a sentence."""
        title, reason = TRACKERS[mirror.name].title, mirror.reason or "no answer"
        missing = self._epochs - mirror.delivered
        if missing > 0:
            return RunError(
                "{tracker} did not get all of the run ({reason}): the figures of {missing:,} of "
                "{epochs:,} epochs are missing there, and what comes at the end; here nothing is "
                "missing.",
                tracker=title,
                reason=reason,
                missing=missing,
                epochs=self._epochs,
            )
        return RunError(
            "{tracker} did not get the end of the run ({reason}): test figures or checkpoints may "
            "be missing there; here nothing is missing.",
            tracker=title,
            reason=reason,
        )

    def _failed(self, name: str, error: MlcoreError) -> TrackerFailed:
        return TrackerFailed(
            step=self._step,
            epoch=self._epoch,
            tracker=name,
            message=str(error),
            error=errors.to_json(error),
        )


class _Mirror:
    """The process of one tracker, seen from the run."""

    def __init__(self, folder: RunFolder, name: str, offset: int) -> None:
        self.name = name
        self.delivered = 0  # epochs
        self.reason = ""  # why the last try failed
        self.ended = False  # it has delivered everything
        self._told = False
        self._rest = b""
        words = "-m", "mlcore.trackers.mirror", str(folder.path), name, str(offset)
        with (folder.path / "trackers.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is the run's, which ends it in order
            )
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)

    def trouble(self) -> str:
        """The reason of a fault that was not reported yet; else empty."""
        self._listen()
        if not self.reason:
            self._told = False
        elif not self._told:
            self._told = True
            return self.reason
        return ""

    def end_input(self) -> None:
        """Tell it that the run is over."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def wait(self, until: float) -> None:
        """Wait for its end; at that moment of the monotonic clock it is killed."""
        while self._process.poll() is None and time.monotonic() < until:
            self._listen()
            time.sleep(_POLL)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._listen()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _listen(self) -> None:
        """Take in what it says, without waiting."""
        with contextlib.suppress(BlockingIOError, OSError, ValueError):
            while piece := os.read(self._output, 65_536):
                *lines, self._rest = (self._rest + piece).split(b"\n")
                for line in lines:
                    self._take(line)

    def _take(self, line: bytes) -> None:
        record = json.loads(line)
        self.ended = self.ended or bool(record.get("ended"))
        if "delivered" in record:
            self.delivered, self.reason = int(record["delivered"]), ""
        self.reason = str(record.get("trouble", self.reason))
