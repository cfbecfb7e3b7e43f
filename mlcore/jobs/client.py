"""`Jobs`: the server's side of training and short jobs."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlcore.commands import Stop
from mlcore.config import RunConfig
from mlcore.errors import MlcoreError, RunError
from mlcore.jobs.folder import JobFolder, clean
from mlcore.jobs.job import Job
from mlcore.jobs.scheduler import Scheduler
from mlcore.jobs.supervisor_client import SupervisorClient
from mlcore.runs import ENDED, RunFolder, RunStore, ask_resume, default_runs_root, read_state, send
from mlcore.runs.active.active_runs import slot_is_free
from mlcore.runs.active.queue_snapshot import QueueSnapshot
from mlcore.runs.library.groups import new_experiment, seeded

__all__ = ["Jobs"]

_LOG = logging.getLogger(__name__)
LIMIT = 120.0  # seconds that a short job may take
PARTING = 15.0  # seconds that runs get to write their checkpoints when the server ends
UNLIMITED = ("fetch", "lr-find", "replay")
"""Jobs that take as long as a download, the steps of a huge network or a whole run; they can be
stopped."""


class Jobs:
    """Starts runs and short jobs in processes of their own; one of these per server.

    All methods may be called from any thread. The supervisor is started at once, imports torch in
    the background, and is replaced when it dies.

    Args:
        runs: folder of all runs.

    Raises:
        JobError: this system cannot fork processes.
    """

    def __init__(self, runs: Path | None = None) -> None:
        root = Path(runs) if runs is not None else default_runs_root()
        self.store = RunStore(root.expanduser().resolve())
        self._guard = threading.Lock()
        self._devices_job: Job | None = None
        self._devices: tuple[Mapping[str, str], ...] | None = None
        self._closed = False
        clean(self.store.root)
        self._supervisor = SupervisorClient(self.store.root)
        self._scheduler = Scheduler(self.store.root, self._supervisor, self._auto)

    @property
    def pid(self) -> int | None:
        """Process id of the supervisor, where there is one."""
        return self._supervisor.pid

    def warm(self, data_name: str, root: Path) -> None:
        """Have a data set read into memory for the runs to come."""
        self._supervisor.send({"do": "warm", "name": data_name, "root": str(root)})

    def start_run(
        self,
        config: RunConfig,
        *,
        checkpoint: Path | None = None,
        parent: str | None = None,
        name: str = "",
        experiment: str | None = None,
        sweep: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        track: Sequence[str] = (),
    ) -> str:
        """Start a run, or have it wait for a slot; returns its id at once.

        Args:
            config: its settings.
            checkpoint: file to begin from; the run gets a copy.
            parent: id of the run that it is forked from.
            name: what a person calls it.
            experiment: id of the experiment that it belongs to.
            sweep: id of the sweep that it is a trial of, and the trial's number.
            tags: that it has from the first.
            track: names of the trackers that it is mirrored to.

        Raises:
            RunError: its folder cannot be made.
            JobError: no process can be started.
        """

        def make() -> RunFolder:
            return self.store.create(
                config,
                parent=parent,
                checkpoint=checkpoint,
                name=name,
                experiment=experiment,
                sweep=sweep,
                tags=tags,
                track=track,
            )

        return self._scheduler.enqueue(make).id

    def start_experiment(
        self, config: RunConfig, seeds: int, name: str = "", track: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Start runs that differ only in the seed, or have them wait; returns their ids at once.

        Args:
            config: the settings of the first; the others have the seeds that follow.
            seeds: how many runs.
            name: what a person calls them.
            track: names of the trackers that they are mirrored to.

        Raises:
            SettingsError: there are too few or too many, or a seed is too large.
            RunError: a folder cannot be made; the runs before it are there.
            JobError: no process can be started.
        """
        experiment = new_experiment()
        return tuple(
            self.start_run(one, name=name, experiment=experiment, track=track)
            for one in seeded(config, seeds)
        )

    def resume_run(self, run: str, changes: Mapping[str, Any] | None = None) -> None:
        """Resume a run that ended from its last checkpoint, as soon as a slot is free.

        Args:
            run: its id.
            changes: settings to change first: dotted name → value, such as `train.epochs`.

        Raises:
            RunError: there is no such run, it is being trained, or it is finished and gets no
                more epochs.
            SettingsError: a change is refused.
            JobError: no process can be started.
        """

        def ask() -> RunFolder:
            folder = self.store.get(run)
            ask_resume(folder, changes)
            return folder

        self._scheduler.enqueue(ask)

    def would_wait(self, config: RunConfig, queue: QueueSnapshot) -> bool:
        """Whether a run of these settings, started now, has to wait for a slot."""
        auto = self._auto() if queue.active else None
        return not slot_is_free(config.train, queue.active, queue.at_once, auto)

    def device_of(self, config: RunConfig) -> str:
        """The device that a run of these settings gets; the CPU while that is not known."""
        wanted = config.train.device
        if wanted == "auto":
            return self._auto() or "cpu"
        return "cuda:0" if wanted == "cuda" else wanted

    def devices(self) -> tuple[Mapping[str, str], ...] | None:
        """The devices of this machine, the fastest first, as `mlcore.device.available` lists them.

        The first call starts a short job and returns None, as all do until it has answered. Where
        it fails, no device is known.
        """
        with self._guard:
            if self._devices is None:
                try:
                    self._devices_job = self._devices_job or self.submit("devices", {})
                    answer = self._devices_job.poll()
                    self._devices = tuple(answer["devices"]) if answer else None
                except MlcoreError as error:
                    _LOG.warning("The devices of this machine are not known: %s", error)
                    self._devices = ()
            return self._devices

    def submit(self, kind: str, request: Mapping[str, Any]) -> Job:
        """Ask for a short job: devices, evaluate, export, fetch or inspect.

        Raises:
            JobError: its folder cannot be made, or no process can be started.
        """
        folder = JobFolder.create(self.store.root, kind, request)
        limit = None if kind in UNLIMITED else float(request.get("limit") or LIMIT)
        self._supervisor.send({"do": "job", "folder": str(folder.path), "limit": limit})
        return Job(folder, self._supervisor)

    def call(self, kind: str, request: Mapping[str, Any], timeout: float = 60.0) -> dict[str, Any]:
        """Ask for a short job and wait for its result.

        Raises:
            JobError: it could not be started, died, or took more than `timeout` seconds.
            MlcoreError: the job failed; the class says at what.
        """
        return self.submit(kind, request).wait(timeout)

    def close(self) -> None:
        """Let the supervisor end when its short jobs have; runs keep training or waiting."""
        self._closed = True
        self._scheduler.end()
        self._supervisor.close()

    def shutdown(self, patience: float = PARTING) -> list[str]:
        """Stop the runs that were started here, each with a checkpoint, and close.

        Where this is not called, as after a kill of the server, runs keep training. Those that
        wait for a slot wait for the next server. After `close` it does nothing.

        Args:
            patience: seconds to wait for the runs.

        Returns:
            Ids of the runs that were under way; they can be resumed.
        """
        if self._closed:
            return []
        self._scheduler.end()
        waiting = self._scheduler.queue.snapshot().waiting
        started = [folder for folder in self._scheduler.started if folder.id not in waiting]
        under_way = [folder for folder in started if read_state(folder) not in ENDED]
        asked = []
        for folder in under_way:
            with contextlib.suppress(RunError):  # its folder is gone, or its disk is full
                send(folder, Stop(reason="shutdown"))
                asked.append(folder)
        until = time.monotonic() + patience
        while time.monotonic() < until and any(read_state(f) not in ENDED for f in asked):
            time.sleep(0.01)
        self.close()
        return [folder.id for folder in under_way]

    def _auto(self) -> str | None:
        """The device that "auto" stands for; None while that is not known."""
        devices = self.devices()
        if devices is None:
            return None
        return devices[0]["device"] if devices else "cpu"
