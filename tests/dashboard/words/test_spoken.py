"""A run in words, for readers of the screen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.words.spoken import chart_words, news
from mlcore.events import Event, Failed, Finished, Stopped
from mlcore.runs import History, RunStore
from tests.dashboard.train_page import CONFIG, EPOCH, STARTED, STEPS, record


@pytest.fixture
def history(tmp_path: Path) -> Callable[..., History]:
    def make(*events: Event, state: str = "") -> History:
        folder = RunStore(tmp_path / "runs").create(CONFIG)
        for event in events:
            record(folder, event)
        found = History(folder)
        found.refresh()
        if state:
            found.state = state
        return found

    return make


def test_the_chart_says_step_loss_trend_and_accuracy(history):
    words = chart_words(history(STARTED, STEPS, EPOCH, state="running"), "mine", 2)
    assert words == (
        "Chart of the losses of mine. Training. At step 39 the training loss is 1.5128, falling. "
        "After epoch 1 it gets 87.50 % right. 2 other runs are drawn beside it. "
        "The table of epochs has its figures."
    )


def test_a_run_without_a_step_says_so(history):
    words = chart_words(history(state="queued"), "mine")
    assert words == "Chart of the losses of mine. Waiting to start. It has no step yet."


@pytest.mark.parametrize(
    ("after", "trend"), [(3.0, "rising"), (1.0, "falling"), (2.0, "about level")]
)
def test_the_trend_compares_the_last_tenth_with_the_one_before(history, after, trend):
    steps = dataclasses.replace(STEPS, losses=(2.0,) * 35 + (after,) * 4)
    assert f", {trend}." in chart_words(history(STARTED, steps, state="running"), "mine")


@pytest.mark.parametrize(
    ("events", "state", "text"),
    [
        ((), "queued", "The run waits to start."),
        ((STARTED, STEPS), "running", "Training has started."),
        (
            (STARTED, STEPS, EPOCH),
            "running",
            "Epoch 1 of 2 is done: training loss 1.5000, validation accuracy 87.50 %.",
        ),
        (
            (STARTED, STEPS, dataclasses.replace(EPOCH, validation_accuracy=None)),
            "running",
            "Epoch 1 of 2 is done: training loss 1.5000.",
        ),
        ((STARTED, STEPS), "paused", "Paused at step 39."),
        ((STARTED, STEPS, Stopped(step=39, epoch=1)), "", "Stopped at step 39."),
        (
            (STARTED, Finished(step=39, epoch=1, test_loss=1, test_accuracy=0.9, seconds=1)),
            "",
            "Finished. Test accuracy: 90.00 %.",
        ),
        (
            (STARTED, Failed(step=3, epoch=1, message="The loss became nan.")),
            "",
            "The run has failed. The loss became nan.",
        ),
    ],
)
def test_what_has_happened_is_one_sentence(history, events, state, text):
    told = news(history(*events, state=state))
    assert text in told["text"]
    assert told["ended"] is (told["state"] in ("finished", "stopped", "failed", "lost"))
