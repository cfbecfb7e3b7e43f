"""Seconds of a sweep on the bundled digits, and of the same runs through the queue without one.

The same 40 configurations, which the sweep drew, are trained twice in turn: by `mlcore sweep start`
with Optuna, and by a loop that keeps as many runs under way and asks nobody. Both are processes of
their own, whose start counts; what the sweep takes more is the share of its engine. A grid of
5 × 5 is what a map of two settings is drawn from.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mlcore.config import RunConfig
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, RunFolder, RunStore, read_state
from mlcore.runs.active.queue import RunQueue

__all__ = ["lines", "plainly"]

JOBS = 2
SPACE = ["optim.lr=1e-3..0.3:log", "model.hidden=64|128,64|256,128", "optim.name=sgd,adamw"]
MAP = ["optim.lr=0.003,0.01,0.03,0.1,0.3", "data.batch_size=16,32,64,128,256"]
SETTINGS = [
    *("--data.name", "digits", "--data.validation", "200"),
    *("--train.epochs", "10", "--train.device", "cpu"),
]
_POLL = 0.01  # seconds between two looks at the runs, as the sweep's controller does


def lines(rounds: int) -> Iterator[str]:
    """Markdown tables, row by row."""
    yield "| 40 trials of 10 epochs | sweep, s | plainly, s | share of the engine | load before |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    found: list[tuple[float, float, float]] = []
    for number in range(1, rounds + 1):
        before = load()
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            whole = sweep(root / "sweep", SPACE, "--trials", "40")
            plain = without(root, RunStore(root / "sweep"))
        found.append((whole, plain, (whole - plain) / whole))
        yield row(f"round {number}", *found[-1], before)
    whole, plain, share = (statistics.median(column) for column in zip(*found, strict=True))
    yield row("median", whole, plain, share, "")
    yield ""
    yield "| 5 × 5 map, 25 trials of 10 epochs | s | load before |"
    yield "| --- | ---: | ---: |"
    for number in range(1, rounds + 1):
        before = load()
        with tempfile.TemporaryDirectory() as folder:
            seconds = sweep(Path(folder), MAP, "--sampler", "grid")
        yield f"| round {number} | {seconds:.1f} | {before} |"


def row(name: str, whole: float, plain: float, share: float, before: str) -> str:
    return f"| {name} | {whole:.1f} | {plain:.1f} | {100 * share:.0f} % | {before} |"


def load() -> str:
    """Processes that would compute, on average over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def sweep(root: Path, space: list[str], *words: str) -> float:
    """Seconds of a whole sweep in a process of its own."""
    varies = [word for one in space for word in ("--space", one)]
    where = ["--jobs", str(JOBS), "--runs", str(root)]
    command = [*("-m", "mlcore", "sweep", "start", "first"), *varies, *words, *SETTINGS, *where]
    return timed(command)


def without(root: Path, trained: RunStore) -> float:
    """Seconds of the same runs in a process of its own, without a sweep."""
    infos = sorted(trained.list(), key=lambda one: one.trial or 0)
    settings = root / "settings.json"
    settings.write_text(json.dumps([RunFolder(one.path).config.to_json() for one in infos]))
    code = "import sys; from tests.benchmarks.searching import plainly; plainly(*sys.argv[1:])"
    return timed(["-c", code, str(root / "plain"), str(settings)])


def timed(arguments: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def plainly(root: str, settings: str) -> None:
    """Train runs through the queue, so many under way, and the next as soon as one has ended."""
    waiting = [RunConfig.from_json(one) for one in json.loads(Path(settings).read_text())]
    jobs, active = Jobs(Path(root)), list[RunFolder]()
    RunQueue(jobs.store.root).set_at_once(JOBS)
    while waiting or active:
        active = [one for one in active if read_state(one) not in ENDED]
        while waiting and len(active) < JOBS:
            active.append(jobs.store.get(jobs.start_run(waiting.pop(0))))
        time.sleep(_POLL)
    jobs.close()
    if odd := [one.id for one in jobs.store.list() if one.state != "finished"]:
        raise SystemExit(f"runs {odd} did not finish: see {root}")
