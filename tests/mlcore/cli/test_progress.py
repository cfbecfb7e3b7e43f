from __future__ import annotations

import io
from pathlib import Path

import pytest

from mlcore.cli.layout import LiveLine
from mlcore.cli.progress import ProgressLines
from mlcore.events import Continued, EpochDone, Paused, SettingsEdited, Started, StepsDone
from mlcore.runs import RunFolder


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("mlcore.cli.progress.time.monotonic", lambda: now[0])
    monkeypatch.setenv("COLUMNS", "200")
    return now


def started() -> Started:
    return Started(
        step=0,
        epoch=0,
        steps_per_epoch=100,
        epochs=4,
        total_steps=400,
        batch_size=64,
        device="cpu",
        threads=2,
        parameters=1234,
        train_images=6400,
        validation_images=0,
    )


def edited(step: int, changes: dict[str, object], **length: int) -> SettingsEdited:
    return SettingsEdited(step=step, epoch=0, changes=changes, before={}, **length)


def epoch(number: int, accuracy: float | None) -> EpochDone:
    return EpochDone(
        epoch=number,
        step=100 * number,
        train_loss=0.5,
        validation_loss=None if accuracy is None else 0.4,
        validation_accuracy=accuracy,
        lr=0.1,
        seconds=2.0,
        images_per_second=3200.0,
    )


def test_the_live_line_tells_pace_and_time_left(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    stream = Terminal()
    lines = ProgressLines(RunFolder(Path("x")), LiveLine(stream))
    lines(started())
    clock[0] += 1.0
    lines(StepsDone(first=1, losses=(0.75,) * 50, epoch=1))
    drawn = stream.getvalue().split("\x1b[K")[-1]
    assert drawn == ("epoch 1/4  [##########..........]  loss 0.7500  3,200 images/s  7 s left")
    lines(epoch(1, 0.9))
    clock[0] += 2.0
    lines(StepsDone(first=101, losses=(0.5,) * 100, epoch=2))
    drawn = stream.getvalue().split("\x1b[K")[-1]
    assert drawn == (
        "epoch 2/4  [####################]  loss 0.5000  accuracy 90.00 %  3,200 images/s  4 s left"
    )
    out = capsys.readouterr().out.splitlines()
    assert (
        out[1]
        == "epoch 1/4  loss 0.5000  validation 0.4000  accuracy 90.00 %  3,200 images/s  2.0 s"
    )


def test_it_is_redrawn_ten_times_a_second_at_most(clock: list[float]) -> None:
    stream = Terminal()
    lines = ProgressLines(RunFolder(Path("x")), LiveLine(stream))
    lines(started())
    for step in range(1, 21):
        clock[0] += 0.0201
        lines(StepsDone(first=step, losses=(1.0,), epoch=1))
    assert stream.getvalue().count("\x1b[K") == 4


def test_edits_are_told_and_counted_with(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    stream = Terminal()
    lines = ProgressLines(RunFolder(Path("x")), LiveLine(stream))
    lines(started())
    changes = {"train.epochs": 9, "data.batch_size": 128}
    lines(edited(10, changes, epochs=9, steps_per_epoch=50, total_steps=10 + 45 + 8 * 50))
    clock[0] += 1.0
    lines(StepsDone(first=11, losses=(1.0,) * 15, epoch=1))
    # 10 × 64 and 15 × 128 of 6,400 images: two fifths.
    assert "epoch 1/9  [########....." in stream.getvalue()
    assert stream.getvalue().endswith("  1,920 images/s  29 s left")  # 430 steps, 15 a second
    assert "from step 11 on: train.epochs = 9, data.batch_size = 128" in capsys.readouterr().out


def test_a_pause_is_said_and_is_no_training_time(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    stream = Terminal()
    lines = ProgressLines(RunFolder(Path("x")), LiveLine(stream))
    lines(started())
    clock[0] += 1.0
    lines(Paused(step=50, epoch=0))
    clock[0] += 3600.0
    lines(Continued(step=50, epoch=0))
    clock[0] += 1.0
    lines(StepsDone(first=51, losses=(1.0,) * 50, epoch=1))
    assert "3,200 images/s" in stream.getvalue()
    assert "paused after step 50" in capsys.readouterr().out


def test_an_edit_of_the_batch_size_leaves_out_the_last_batch_where_the_run_does(
    clock: list[float],
) -> None:
    """6,400 images in batches of 3,000, `data.drop_last`: an epoch has two steps, not three."""
    stream = Terminal()
    lines = ProgressLines(RunFolder(Path("x")), LiveLine(stream))
    lines(started())
    lines(epoch(1, None))
    changes = {"data.batch_size": 3_000}
    lines(edited(100, changes, epochs=4, steps_per_epoch=2, total_steps=106))
    clock[0] += 1.0
    lines(StepsDone(first=101, losses=(1.0, 1.0), epoch=2))
    drawn = stream.getvalue().split("\x1b[K")[-1]
    assert drawn.startswith("epoch 2/4  [####################]")
    assert "  6,000 images/s  " in drawn  # the 400 that are left out are not trained on
    assert drawn.endswith("2 s left")
