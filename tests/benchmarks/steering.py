"""How soon a run that trains handles a command, without any page: from asked to answered."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from mlcore.commands import Command, Continue, Edit, Pause, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, Request, RunFolder, read_state
from tests.benchmarks.page.figures import Figure

__all__ = ["measure"]

_AIM = 100.0  # ms
_PATIENCE = 120.0  # seconds for a run to begin
_MODELS: Mapping[str, tuple[int, ...]] = {
    "Quick start": (128, 64),
    "hidden layers of 1,024 and 512": (1_024, 512),
}


def measure(rounds: int) -> list[Figure]:
    """Milliseconds from a command to its answer, in runs on MNIST that train all the while."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = Jobs(Path(folder))
        try:
            return [
                figure
                for name, hidden in _MODELS.items()
                for figure in _steer(jobs, name, hidden, rounds)
            ]
        finally:
            jobs.shutdown()


def _steer(jobs: Jobs, name: str, hidden: tuple[int, ...], rounds: int) -> list[Figure]:
    config = RunConfig().with_values(
        {"model.hidden": hidden, "train.device": "cpu", "train.epochs": 1_000}
    )
    run = RunFolder(jobs.store.root / jobs.start_run(config))
    rates = itertools.cycle((0.004, 0.003))
    figures = [
        Figure(f"{action}, {name}", "ms", _AIM)
        for action in ("edit", "pause", "single step", "continue", "stop")
    ]
    _wait_for_steps(run)
    for _ in range(rounds):
        edit = Edit(changes={"optim.lr": next(rates)})
        for figure, command in zip(figures, (edit, Pause(), RunSteps(), Continue()), strict=False):
            figure.add(_asked(run, command))
    figures[-1].add(_asked(run, Stop()))
    return figures


def _asked(run: RunFolder, command: Command) -> float:
    time.sleep(0.1)  # in the midst of its steps, or of its pause
    begun = time.perf_counter()
    answer = Request(run, command).wait(_PATIENCE)
    if answer is None:
        raise SystemExit(f"run {run.id} is {read_state(run)}: see {run.path}")
    return 1_000 * (time.perf_counter() - begun)


def _wait_for_steps(run: RunFolder) -> None:
    until = time.monotonic() + _PATIENCE
    while not (run.events_path.is_file() and b'"steps"' in run.events_path.read_bytes()):
        if read_state(run) in ENDED or time.monotonic() > until:
            raise SystemExit(f"run {run.id} is {read_state(run)}: see {run.path}")
        time.sleep(0.05)
