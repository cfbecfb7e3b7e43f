"""Cost of wider networks and other batch sizes, beside the bare in-memory loop.

Hidden layers are `width` and `width / 2`, as the quick start's 128 and 64. Cells that would take
minutes are measured on as many images as the bare loop trains on in two seconds, and scaled to
60,000. Measured from the first step to the epoch's end, recording included; a checkpoint is left
out, as a run writes one at most every fiftieth of its time.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import torch
from torch import nn

from mlcore import run as runner
from mlcore.config import DataConfig, ModelConfig, RunConfig, TrainConfig
from mlcore.data.tensors import load
from mlcore.events import Event
from mlcore.runs import RunStore

__all__ = ["table"]

WIDTHS = (128, 512, 1024, 4096)
BATCHES = (16, 64, 512, 8192)
IMAGES = 60_000
SECONDS = 2.0  # of training a cell may take


def bare(images: torch.Tensor, labels: torch.Tensor, width: int, batch: int, n: int) -> float:
    """Seconds of the plain loop over the first `n` images in memory."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Linear(784, width),
        nn.ReLU(),
        nn.Linear(width, width // 2),
        nn.ReLU(),
        nn.Linear(width // 2, 10),
        nn.LogSoftmax(dim=1),
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.003)
    loss_of = nn.NLLLoss()
    start = time.perf_counter()
    for chosen in torch.randperm(n).split(batch):
        optimizer.zero_grad()
        loss_of(net(images[chosen]), labels[chosen]).backward()
        optimizer.step()
    return time.perf_counter() - start


def ours(width: int, batch: int, n: int) -> float:
    """Seconds of a run's epoch over `n` images."""
    config = RunConfig(
        data=DataConfig(batch_size=batch, train_limit=0 if n == IMAGES else n),
        model=ModelConfig(hidden=(width, width // 2)),
        train=TrainConfig(epochs=1, device="cpu"),
    )
    marks: dict[str, float] = {}

    def observe(event: Event) -> None:
        marks.setdefault(event.kind, time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        runner.execute(RunStore(Path(folder)).create(config), observe=observe)
    return marks["epoch"] - marks["started"]


def table(rounds: int) -> str:
    """A Markdown table: a cell is seconds per epoch and the median ratio to the bare loop."""
    train = load(DataConfig(), seed=0).train
    lines = [
        "| width | " + " | ".join(f"batch {batch:,}" for batch in BATCHES) + " |",
        "| ---: |" + " ---: |" * len(BATCHES),
    ]
    ours(WIDTHS[0], BATCHES[1], BATCHES[1])  # what a first run imports is no part of an epoch
    for width in WIDTHS:
        cells = []
        for batch in BATCHES:
            few = min(IMAGES, 4 * batch)
            pace = bare(train.images, train.labels, width, batch, few) / few
            n = min(IMAGES, max(2 * batch, int(SECONDS / pace) // batch * batch))
            mine, theirs = [], []
            for _ in range(rounds):
                theirs.append(bare(train.images, train.labels, width, batch, n))
                mine.append(ours(width, batch, n))
            ratio = statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
            cells.append(f"{statistics.median(mine) * IMAGES / n:.2f} s ({ratio:.2f})")
        lines.append(f"| {width:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
