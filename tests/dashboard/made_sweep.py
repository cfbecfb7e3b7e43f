"""A sweep with trials in every state, as a controller that has ended leaves it."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from mlcore.events import Failed, Finished, Stopped
from mlcore.runs import RunStore
from mlcore.runs.record.worker import WorkerRecord, write_worker
from mlcore.sweeps import Sweep, SweepFolder, parse_space
from mlcore.sweeps.sweep import new_sweep_id, write_sweep_file
from tests.dashboard.train_page import CONFIG, EPOCH, STARTED, STEPS, record

__all__ = ["made_sweep"]

_ENDS = {
    0: (0.875, Finished(step=39, epoch=1, test_loss=0.5, test_accuracy=0.9, seconds=1.0)),
    1: (0.95, Finished(step=39, epoch=1, test_loss=0.5, test_accuracy=0.8, seconds=1.0)),
    2: (0.25, Stopped(step=39, epoch=1, reason="pruned")),
    3: (None, Failed(step=20, epoch=1, message="7", error=None)),
    4: (0.9, Finished(step=39, epoch=1, test_loss=0.5, test_accuracy=0.9, seconds=1.0)),
}
"""Trial → validation accuracy, and how it ended."""


def made_sweep(store: RunStore, name: str = "hunt", trials: int = 5, whole: int = 0) -> SweepFolder:
    """Make it; with more trials than it has it is not finished.

    Args:
        store: of its runs.
        name: of the sweep.
        trials: how many it was asked for.
        whole: how many more than the five were trained to their end, the better the nearer their
            learning rate is to 0.1.
    """
    sweep = Sweep(
        id=new_sweep_id(),
        name=name,
        created=time.time(),
        space=parse_space(["optim.lr=0.001..1:log", "data.batch_size=16,32"]),
        settings=CONFIG.flat(),
        trials=trials,
    )
    folder = SweepFolder(store.root, name)
    folder.path.mkdir(parents=True)
    write_sweep_file(folder.sweep_path, sweep)
    better = {number: (_accuracy(number), _ENDS[0][1]) for number in range(5, 5 + whole)}
    for number, (accuracy, end) in (_ENDS | better).items():
        params = {"optim.lr": _rate(number), "data.batch_size": 16 << number % 2}
        run = store.create(
            sweep.config(params),
            name=f"{name} {number}",
            sweep={"id": sweep.id, "trial": number},
            tags=(name,),
        )
        epoch = [] if accuracy is None else [replace(EPOCH, validation_accuracy=accuracy)]
        for event in (STARTED, STEPS, *epoch, end):
            record(run, event)
        write_worker(run.path, replace(WorkerRecord.mine(), identity="another"))
    return folder


def _rate(number: int) -> float:
    if number < 3:
        return round(0.001235 * 10**number, 6)
    return 0.5 / number if number < 5 else round(10 ** -(3 * number * 0.618 % 3), 6)


def _accuracy(number: int) -> float:
    return round(0.94 - 0.1 * abs(math.log10(_rate(number)) + 1) - 0.01 * (number % 2), 4)
