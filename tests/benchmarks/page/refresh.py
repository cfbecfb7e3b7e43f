"""Bytes that one refresh of the live chart moves, for short and for very long runs.

The run is a history that this process writes with the project's own `Recorder`, and keeps
writing while the page draws it: 100,000 real steps would take minutes and change nothing.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.session.comparison import MOST_OTHERS
from mlcore.config import DataConfig, RunConfig, data_root
from mlcore.errors import RunError
from mlcore.events import CheckpointSaved, EpochDone, Event, Started, StepsDone, Stopped
from mlcore.runs import Recorder, RunFolder, RunStore
from mlcore.runs.record.recorder import record_failure
from mlcore.runs.record.worker import WorkerRecord, write_worker
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.tab import serve, tab
from tests.browser.server import wait_for

__all__ = ["events", "measure"]

_LENGTHS = (1_000, 10_000, 100_000)  # steps
_AIM = 150.0  # KB
_EPOCH, _LINE = 938, 64  # steps of an epoch, and of a line of the history
_PAUSE = 0.1  # seconds between two lines


def measure(browser: Browser, folder: Path, rounds: int) -> list[Figure]:
    """Payload of the websocket frames between two ends of the chart's script, in KB."""
    figures = []
    with serve(folder, data_root(DataConfig())) as app:
        store, others = RunStore(app.runs), ""
        for steps, beside in (*((steps, 0) for steps in _LENGTHS), (_LENGTHS[-1], MOST_OTHERS)):
            with_others = f", {beside} others beside it" if beside else ""
            figure = Figure(f"one refresh at {steps:,} steps{with_others}", "KB", _AIM)
            if beside:
                others = "&with=" + ",".join(_ended(store, steps).id for _ in range(beside))
            run = store.create(RunConfig(data=DataConfig(name="digits")))
            with _training(run, steps), tab(browser) as page:
                refreshes = Refreshes()
                page.on("websocket", refreshes.listen)
                page.goto(f"{app.url}/?run={run.id}{others}")
                page.locator(".live-chart[data-last]").wait_for()
                seen = len(refreshes.sizes) + 1  # the first may hold the end of the page's own
                while len(refreshes.sizes) < seen + rounds:
                    page.wait_for_timeout(100)
            figure.values = [size / 1_000 for size in refreshes.sizes[seen : seen + rounds]]
            figures.append(figure)
    return figures


class Refreshes:
    """Adds up what arrives until a script run (of a page or a fragment) has ended."""

    def __init__(self) -> None:
        self.sizes: list[int] = []  # bytes of each refresh
        self._under_way = 0

    def listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._take)

    def _take(self, payload: bytes | str) -> None:
        content = payload if isinstance(payload, bytes) else payload.encode()
        self._under_way += len(content)
        if ForwardMsg.FromString(content).WhichOneof("type") == "script_finished":
            self.sizes.append(self._under_way)
            self._under_way = 0


def events(first: int, last: int) -> Iterator[Event]:
    """What a run says of the steps from `first` to `last`: losses that fall, and its epochs."""
    noise = random.Random(first)
    for begin in range(first, last + 1, _LINE):
        count = min(_LINE, last + 1 - begin)
        yield StepsDone(
            first=begin,
            losses=tuple(
                2.3 / (1 + step / 500) + noise.random() * 0.2
                for step in range(begin, begin + count)
            ),
            epoch=(begin - 1) // _EPOCH + 1,
        )
        step = begin + count - 1
        if step // _EPOCH > (begin - 1) // _EPOCH:
            epoch = step // _EPOCH
            yield EpochDone(
                epoch=epoch,
                step=step,
                train_loss=2.3 / epoch,
                validation_loss=2.4 / epoch,
                validation_accuracy=1 - 0.9 / epoch,
                lr=0.003,
                seconds=0.5,
                images_per_second=120_000.0,
            )
            yield CheckpointSaved(
                step=step, epoch=epoch, file=f"step-{step:08d}.pt", reason="epoch", best=True
            )


def started(epochs: int) -> Started:
    """The first words of such a run."""
    return Started(
        step=0,
        epoch=0,
        steps_per_epoch=_EPOCH,
        epochs=epochs,
        device="cpu",
        threads=1,
        parameters=109_386,
        train_images=60_000,
        validation_images=5_000,
    )


def _ended(store: RunStore, steps: int) -> RunFolder:
    """A run that did so many steps and was stopped."""
    run = store.create(RunConfig(data=DataConfig(name="digits")))
    with Recorder(run) as recorder:
        recorder.record(started(1_000))
        for event in events(1, steps):
            recorder.record(event)
        recorder.record(Stopped(step=steps, epoch=steps // _EPOCH))
    return run


@contextlib.contextmanager
def _training(run: RunFolder, steps: int) -> Iterator[None]:
    """A run with so many steps that trains on; this process passes for its worker."""
    over = threading.Event()
    ready = threading.Event()

    def write() -> None:
        with Recorder(run) as recorder:
            write_worker(run.path, WorkerRecord.mine())
            recorder.record(started(1_000))
            for event in events(1, steps):
                recorder.record(event)
            ready.set()
            step = steps
            while not over.wait(_PAUSE):
                for event in events(step + 1, step + _LINE):
                    recorder.record(event)
                step += _LINE

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_for(ready.is_set, 60, "the history is written")
        yield
    finally:
        over.set()
        writer.join()
        record_failure(run, RunError("The benchmark is over."))
