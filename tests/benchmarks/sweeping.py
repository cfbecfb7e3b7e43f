"""What a database carries of sweeps of many machines: workers that ask and tell, and train nothing.

Workers and server share this machine's cores, so what each costs is measured too: the seconds of
CPU that one trial takes in the worker and in the server.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from mlcore.config import RunConfig
from mlcore.sweeps.shared.address import Address, find_address, read_address
from mlcore.sweeps.shared.opening import connected, create_shared
from mlcore.sweeps.shared.study import SharedStudy
from mlcore.sweeps.starting import new_sweep
from tests.postgres import Postgres, find_binaries

__all__ = ["lines", "work"]

SPACE = ["optim.lr=1e-4..1:log", "optim.momentum=0..0.99", "train.epochs=1..100"]
WORKERS = (1, 8, 24)
OPEN = (10, 90)  # trials under way
LOOKS = 200


@dataclass(frozen=True)
class Load:
    """What so many workers come to.

    Attributes:
        rate: trials/s.
        worker, server: milliseconds of CPU that a trial takes there.
    """

    rate: float
    worker: float
    server: float


def lines(rounds: int) -> Iterator[str]:
    """Markdown tables of trials, and of workers that only look, row by row."""
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("There is no PostgreSQL server here: install Debian's `postgresql`.")
    server = Postgres(binaries)
    try:
        yield from _of_trials(server, 50 * rounds)
        yield ""
        yield from _of_looks(server)
    finally:
        server.close()


def _of_trials(server: Postgres, trials: int) -> Iterator[str]:
    yield f"| sampler, {trials:,} trials | workers | trials/s | ms CPU, worker | ms CPU, server |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for sampler in ("random", "tpe"):
        for workers in WORKERS:
            load = measure(server, sampler, workers, trials)
            yield (
                f"| {sampler} | {workers} | {load.rate:.0f} | {load.worker:.1f} "
                f"| {load.server:.1f} |"
            )


def _of_looks(server: Postgres) -> Iterator[str]:
    yield "| trials under way | ms CPU a look, worker | ms CPU a look, server | ms a look |"
    yield "| ---: | ---: | ---: | ---: |"
    for trials in OPEN:
        address = _begin(server.database(), "random", trials)
        with connected(address, "looker") as storage:
            study = SharedStudy(storage, address, "load")
            for number in range(trials):
                study.begin()
                study.note_place(number, "20260101-000000-abcd", "/runs", "host")
            worker, database, wall = time.process_time(), _cpu(server), time.perf_counter()
            for _ in range(LOOKS):
                study.situation()
            spent = (time.process_time() - worker, _cpu(server) - database)
            wall = time.perf_counter() - wall
        figures = (1000 * one / LOOKS for one in (*spent, wall))
        yield f"| {trials:,} | {' | '.join(f'{one:.1f}' for one in figures)} |"


def measure(server: Postgres, sampler: str, workers: int, trials: int) -> Load:
    """Have so many workers go through so many trials."""
    url = server.database()
    _begin(url, sampler, trials)
    code = "from tests.benchmarks.sweeping import work; work()"
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", code],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=os.environ | {"MLCORE_SWEEP_STORAGE": url},
                )
            )
            for _ in range(workers)
        ]
        for one in processes:
            _line(one)  # it is connected
        database, begun = _cpu(server), time.perf_counter()
        for one in processes:
            _tell(one)
        spent = sum(float(_line(one)) for one in processes)
        seconds = time.perf_counter() - begun
        database = _cpu(server) - database  # while the sessions are there
        for one in processes:
            _tell(one)
    return Load(trials / seconds, 1000 * spent / trials, 1000 * database / trials)


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def work() -> None:
    """Be one worker: each step is waited for, and answered with a line."""
    address = find_address("", "")
    assert address is not None
    with connected(address, f"worker-{os.getpid()}") as storage:
        study = SharedStudy(storage, address, "load")
        print("connected", flush=True)
        input()
        before = time.process_time()
        while (asked := study.begin()) is not None:
            study.note_place(asked.number, "20260101-000000-abcd", "/runs", "host")
            study.lost([asked.number])
            study.tell(asked.number, "complete", float(str(asked.params["optim.lr"])))
            study.situation()
        print(time.process_time() - before, flush=True)
        input()


def _begin(url: str, sampler: str, trials: int) -> Address:
    settings = RunConfig().flat() | {"data.name": "digits", "data.validation": 200}
    sweep = new_sweep(Path(os.devnull), "load", SPACE, settings, sampler=sampler, trials=trials)
    address = read_address(url)
    with connected(address, make_tables=True) as storage:
        create_shared(storage, sweep, 120)
    return address


def _cpu(server: Postgres) -> float:
    """Seconds of CPU that the server has taken, its sessions included."""
    processes = [psutil.Process(server.pid)]
    processes += processes[0].children(recursive=True)
    times = [one.cpu_times() for one in processes]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)
