"""A store of runs in a temporary folder, and runs with made-up histories in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlcore.config import RunConfig
from mlcore.events import EpochDone, Event, Started, StepsDone
from mlcore.runs import Recorder, RunFolder, RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def folder(store: RunStore) -> RunFolder:
    return store.create(RunConfig())


@pytest.fixture
def record() -> Callable[..., None]:
    """Appends events to a run's history, as a worker would."""

    def append(folder: RunFolder, *events: Event) -> None:
        with Recorder(folder) as recorder:
            for event in events:
                recorder.record(event)

    return append


@pytest.fixture
def started() -> Callable[..., Started]:
    def make(step: int = 0, epoch: int = 0) -> Started:
        return Started(
            step=step,
            epoch=epoch,
            steps_per_epoch=10,
            epochs=5,
            device="cpu",
            threads=1,
            parameters=109_386,
            train_images=640,
            validation_images=0,
        )

    return make


@pytest.fixture
def steps() -> Callable[..., StepsDone]:
    """The losses of some steps; the loss of step n is n + 0.5."""

    def make(first: int, last: int, epoch: int = 1) -> StepsDone:
        return StepsDone(
            first=first, losses=tuple(n + 0.5 for n in range(first, last + 1)), epoch=epoch
        )

    return make


@pytest.fixture
def epoch_done() -> Callable[..., EpochDone]:
    def make(epoch: int, step: int, loss: float = 1.0) -> EpochDone:
        return EpochDone(
            epoch=epoch,
            step=step,
            train_loss=loss,
            validation_loss=None,
            validation_accuracy=None,
            lr=0.003,
            seconds=1.0,
            images_per_second=640.0,
        )

    return make
