"""Diagnosing a run from its folder: forks, edits, what is said and how fast."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import pytest

from mlcore import errors
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.diagnosis import KINDS, Curves, curves_of, diagnose, recent_loss
from mlcore.events import EpochDone, SettingsEdited, Started, StepsDone
from mlcore.runs import History, Recorder, RunFolder, RunStore

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(lr=5.0),
    train=TrainConfig(epochs=3),
)
STARTED = Started(
    step=0,
    epoch=0,
    steps_per_epoch=39,
    epochs=3,
    device="cpu",
    threads=1,
    parameters=109_386,
    train_images=1_237,
    validation_images=200,
)
LEAPS = (2.3, *(50.0,) * 20, *(2.31,) * 96)


def epoch(number: int, **figures: float) -> EpochDone:
    known = {"train_loss": 2.31, "validation_loss": 2.31, "validation_accuracy": 0.1}
    return EpochDone(
        epoch=number,
        step=39 * number,
        lr=5.0,
        seconds=1.0,
        images_per_second=1.0,
        **(known | figures),
    )


def found(folder: RunFolder) -> list[str]:
    history = History(folder)
    history.refresh()
    return [finding.kind for finding in diagnose(curves_of(history))]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunStore(tmp_path).create(CONFIG)


def record(folder: RunFolder, *events: object) -> None:
    with Recorder(folder) as recorder:
        for event in events:
            recorder.record(event)  # type: ignore[arg-type]


def test_a_run_without_steps_shows_nothing(folder: RunFolder) -> None:
    assert found(folder) == []
    record(folder, STARTED)
    assert found(folder) == []


def test_a_rate_far_too_high_is_found_from_the_run_folder(folder: RunFolder) -> None:
    record(folder, STARTED, StepsDone(first=1, losses=LEAPS, epoch=3), *map(epoch, (1, 2, 3)))
    assert found(folder) == ["learning_rate_too_high", "start_expected"]


def test_what_was_before_an_edit_is_not_held_against_the_rate_that_is_in_force(
    folder: RunFolder,
) -> None:
    record(folder, STARTED, StepsDone(first=1, losses=LEAPS, epoch=3), *map(epoch, (1, 2, 3)))
    changes, before = {"optim.lr": 0.1}, {"optim.lr": 5.0}
    record(folder, SettingsEdited(step=117, epoch=3, changes=changes, before=before))
    assert "learning_rate_too_high" not in found(folder)


def test_a_fork_does_not_start_at_chance(tmp_path: Path) -> None:
    parent = RunStore(tmp_path).create(CONFIG)
    fork = RunStore(tmp_path).create(CONFIG, parent=parent.id)
    fork.checkpoints_path.mkdir(exist_ok=True)
    (fork.checkpoints_path / "start.pt").write_bytes(b"")
    record(fork, STARTED, StepsDone(first=1, losses=(2.3,), epoch=1))
    assert found(fork) == []


def curves(**more: object) -> Curves:
    known = {
        "losses": np.array(LEAPS, np.float32),
        "epochs": [epoch(n) for n in (1, 2, 3)],
        "config": CONFIG,
        "classes": 10,
        "steps_per_epoch": 39,
    }
    return Curves(**(known | more))  # type: ignore[arg-type]


def test_the_loss_that_is_said_is_that_of_the_last_fifty_steps() -> None:
    losses = np.linspace(2.3, 0.4, 4 * 938, dtype=np.float32)
    found = diagnose(curves(losses=losses, epochs=[], steps_per_epoch=938))
    (learns,) = [finding for finding in found if finding.kind == "learning"]
    assert learns.says.values["now"] == f"{losses[-50:].mean():.3f}"
    assert recent_loss(losses) == pytest.approx(losses[-50:].mean())


def test_what_was_lost_before_an_edit_is_not_the_loss_now() -> None:
    losses = np.array([*[9.0] * 40, *np.linspace(2.0, 0.1, 30)], np.float32)
    found = diagnose(curves(losses=losses, epochs=[], since=40, fresh=False))
    (learns,) = [finding for finding in found if finding.kind == "learning"]
    assert learns.says.values["now"] == f"{losses[40:].mean():.3f}"


def test_losses_that_are_no_numbers_do_not_count_as_the_loss_now() -> None:
    assert recent_loss(np.array([np.nan, np.inf], np.float32)) is None
    assert recent_loss(np.array([3e38, 3e38, np.nan], np.float32)) == pytest.approx(3e38)


def test_a_finding_is_json_whose_sentence_can_be_said_in_another_language() -> None:
    record = json.loads(json.dumps(diagnose(curves())[0].to_json(), allow_nan=False))
    assert record["kind"] == "learning_rate_too_high"
    assert record["changes"] == {"optim.lr": 0.1}
    assert str(errors.from_json(record["says"])) == record["says"]["text"]


def test_no_setting_is_advised_that_would_be_refused() -> None:
    low = CONFIG.with_values({"optim.schedule": "plateau", "optim.min_lr": 0.5})
    (finding, *_) = diagnose(curves(config=low))
    assert finding.kind == "learning_rate_too_high"
    assert finding.changes == {}


@pytest.mark.parametrize(
    "losses",
    [
        np.full(500, np.nan, np.float32),
        np.full(500, np.inf, np.float32),
        np.full(500, 3e38, np.float32),
        np.zeros(500, np.float32),
        np.array([np.nan] * 250 + [1.0] * 250, np.float32),
    ],
    ids=["nan", "inf", "huge", "zero", "half"],
)
def test_any_losses_are_diagnosed_without_a_fault(losses: np.ndarray) -> None:
    for figure in (0.0, 1e30, float("nan"), float("inf")):
        epochs = [epoch(n, train_loss=figure, validation_loss=figure) for n in range(1, 13)]
        for finding in diagnose(curves(losses=losses, epochs=epochs)):
            assert finding.kind in KINDS
            assert str(finding.says)


def test_an_epoch_without_numbers_is_diagnosed_without_a_fault(folder: RunFolder) -> None:
    """NaN and infinity are null in a log, and a stranger's may hold them anywhere."""
    damaged = [dataclasses.replace(epoch(n, train_loss=np.nan), lr=np.inf) for n in range(1, 13)]
    record(folder, STARTED, StepsDone(first=1, losses=(2.3,) * 468, epoch=12), *damaged)
    assert found(folder) == ["start_expected"]


def test_losses_of_exactly_0_are_no_reason_to_train_longer() -> None:
    zero = [epoch(n, train_loss=0.0, validation_loss=0.1) for n in (1, 2, 3)]
    kinds = [finding.kind for finding in diagnose(curves(epochs=zero, ending="finished"))]
    assert "finished_too_early" not in kinds


@pytest.mark.parametrize("pair", [(1, -1), (1, -3)], ids=["mean 0", "mean below 0"])
def test_losses_below_0_have_no_noise_in_per_cent(pair: tuple[float, float]) -> None:
    single = CONFIG.with_values({"data.batch_size": 1})
    jumps = np.tile(np.array(pair, np.float32), 300)
    kinds = [finding.kind for finding in diagnose(curves(losses=jumps, config=single))]
    assert "noisy" not in kinds


@pytest.mark.parametrize(("share", "said"), [(1.0, True), (50.0, False), (-1.0, False)])
def test_only_a_share_of_dead_units_is_believed(share: float, said: bool) -> None:
    kinds = [one.kind for one in diagnose(curves(epochs=[epoch(1, dead_units=share)]))]
    assert ("dead_units" in kinds) == said


def test_a_long_run_is_diagnosed_in_a_moment() -> None:
    steps = 100_000
    noise = np.random.default_rng(0).normal(1, 0.1, steps)
    losses = (2.3 * np.exp(-np.arange(steps) / 30_000) * noise).astype(np.float32)
    epochs = [
        epoch(n, train_loss=2.3 / n, validation_loss=1 + abs(n - 300) / 300)
        for n in range(1, 1_001)
    ]
    best = min(_seconds(losses, epochs) for _ in range(5))
    assert best < 0.05  # 3 ms where it was measured; a busy machine takes longer


def _seconds(losses: np.ndarray, epochs: list[EpochDone]) -> float:
    begin = time.perf_counter()
    diagnose(curves(losses=losses, epochs=epochs, steps_per_epoch=100))
    return time.perf_counter() - begin
