"""The processes of a run whose settings ask for several: this one starts the others and leads them.

They are `mlcore train` with an environment that says which of them each is, as `torchrun` would.
They meet by a file, so that no port is needed. Each has the end of a pipe as its standard input,
whose other end only this process holds: however this one ends, they end too.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlcore.config import RunConfig
from mlcore.errors import RunError
from mlcore.parallel.ranks import MEETING, Ranks

if TYPE_CHECKING:
    from mlcore.parallel.crew import Crew

__all__ = ["crew_of", "hold_lifeline"]

_PARTING = 10.0  # seconds in which they end by themselves
_POLL = 0.02  # seconds between two looks whether all are there


@contextlib.contextmanager
def crew_of(config: RunConfig, crew: Crew | None) -> Iterator[Crew | None]:
    """Within the block, the processes that train a run; None: this one alone.

    Args:
        config: the settings; where there is a crew already, their number does not count.
        crew: the processes that `torchrun` has started.

    Raises:
        DeviceError: there are fewer GPUs than processes.
        RunError: one of the processes cannot be started, or ended at once.
    """
    count = config.train.processes
    if crew is not None or count == 1:
        yield crew
        return
    from mlcore.device import has_gpu_each  # these load torch
    from mlcore.parallel.crew import leading

    has_gpu_each(config, count)
    with tempfile.TemporaryDirectory(prefix="mlcore-", ignore_cleanup_errors=True) as folder:
        meeting = str(Path(folder, "meeting"))
        ranks = Ranks(rank=0, size=count, local_rank=0, local_size=count, meeting=meeting)
        with _followed(ranks), leading(ranks) as led:
            yield led


def hold_lifeline(ranks: Ranks) -> None:
    """From now on this process ends at once when the one that has started it is gone."""

    def wait() -> None:
        with contextlib.suppress(OSError):
            os.read(0, 1)  # nothing is ever written: it returns when the other end is closed
        _clear(ranks)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _clear(ranks: Ranks) -> None:
    """Delete what a killed process has left of the meeting."""
    meeting = Path(ranks.meeting)
    with contextlib.suppress(OSError):
        for file in (meeting, *map(ranks.sign_of, range(1, ranks.size))):
            file.unlink(missing_ok=True)
        meeting.parent.rmdir()


@contextlib.contextmanager
def _followed(ranks: Ranks) -> Iterator[None]:
    """Within the block the other processes live, and are about to connect."""
    processes: list[subprocess.Popen[bytes]] = []
    patience = 0.0
    try:
        for rank in range(1, ranks.size):  # where one cannot be started, the others are ended
            processes.append(_start(replace(ranks, rank=rank, local_rank=rank)))  # noqa: PERF401
        _await(processes, ranks)
        patience = _PARTING
        yield
    finally:
        _end(processes, patience)


def _start(ranks: Ranks) -> subprocess.Popen[bytes]:
    said = {"RANK": ranks.rank, "WORLD_SIZE": ranks.size, MEETING: ranks.meeting}
    said |= {"LOCAL_RANK": ranks.local_rank, "LOCAL_WORLD_SIZE": ranks.local_size}
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "mlcore", "train"],
            stdin=subprocess.PIPE,
            stdout=2,  # as standard error: what stands on standard output is the run's
            env=os.environ | {name: str(value) for name, value in said.items()},
            start_new_session=True,  # Ctrl-C is for the first process
        )
    except OSError as error:
        raise RunError(
            "Process {rank} of the run's {size} cannot be started ({reason}): try again later, or "
            "with fewer.",
            rank=ranks.rank,
            size=ranks.size,
            reason=error.strerror,
        ) from error


def _await(processes: Sequence[subprocess.Popen[bytes]], ranks: Ranks) -> None:
    """Wait until all are there.

    Raises:
        RunError: one has ended before.
    """
    waited = dict(enumerate(processes, 1))
    while waited:
        for rank, process in list(waited.items()):
            if ranks.sign_of(rank).exists():
                del waited[rank]
            elif process.poll() is not None:
                raise RunError(
                    "Process {rank} of the run's {size} ended before the training began (exit "
                    "status {status}): standard error, or worker.log in the run's folder, says "
                    "why.",
                    rank=rank,
                    size=ranks.size,
                    status=process.returncode,
                )
        time.sleep(_POLL)


def _end(processes: Sequence[subprocess.Popen[bytes]], patience: float) -> None:
    """Wait for the processes, which end by themselves once they were told; then end the others."""
    until = time.monotonic() + patience
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    for process in processes:
        try:
            process.wait(_PARTING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
