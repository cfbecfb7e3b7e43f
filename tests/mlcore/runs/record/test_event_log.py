"""Lines of the history are recognised by their first bytes, as they are written."""

from __future__ import annotations

import json

import pytest

from mlcore.events import (
    EVENTS,
    CheckpointSaved,
    Continued,
    EditRefused,
    EpochDone,
    Failed,
    Finished,
    Paused,
    SettingsEdited,
    Started,
    StepsDone,
    Stopped,
    TrackerFailed,
)
from mlcore.runs.record.event_log import latest_events, newest_events


@pytest.fixture
def one_of_each(started, steps, epoch_done):
    at = {"step": 3, "epoch": 1}
    events = [
        started(),
        steps(1, 3),
        epoch_done(1, 3),
        SettingsEdited(**at, changes={"optim.lr": 0.1}, before={"optim.lr": 0.2}),
        EditRefused(**at, changes={"optim.lr": -1}, message="It must be > 0."),
        CheckpointSaved(**at, file="step-00000003.pt", reason="epoch", best=True),
        Paused(**at),
        Continued(**at),
        Finished(**at, test_loss=0.1, test_accuracy=0.9, seconds=1.0),
        Stopped(**at),
        Failed(**at, message="It broke."),
        TrackerFailed(**at, tracker="mlflow", message="It took nothing."),
    ]
    assert {event.kind for event in events} == set(EVENTS)
    return events


def test_every_kind_is_recognised_as_the_recorder_writes_it(folder, record, one_of_each):
    record(folder, *one_of_each)
    assert [event for _, event in newest_events(folder.events_path)] == one_of_each
    for event in one_of_each:
        assert list(latest_events(folder.events_path, type(event))) == [event]


def test_the_last_of_a_kind_comes_first_and_damage_is_left_out(folder, record, steps):
    record(folder, steps(1, 2), steps(3, 5))
    with folder.events_path.open("a") as file:
        file.write('{"event": "steps", "first": "x"}\n{"event": "steps", "fir\n')
    assert list(latest_events(folder.events_path, StepsDone)) == [steps(3, 5), steps(1, 2)]
    assert list(latest_events(folder.path / "nowhere", Started)) == []


def test_of_the_losses_only_the_last_are_read(folder, record, steps, epoch_done):
    record(folder, steps(1, 2), epoch_done(1, 2), steps(3, 4, epoch=2), steps(5, 6, epoch=2))
    kept = newest_events(folder.events_path)
    assert [event for _, event in kept] == [epoch_done(1, 2), steps(5, 6, epoch=2)]
    lines = folder.events_path.read_bytes()
    assert [json.loads(lines[offset:].splitlines()[0])["event"] for offset, _ in kept] == [
        "epoch",
        "steps",
    ]


def test_an_epoch_far_behind_the_newest_losses_is_found(folder, record, steps, epoch_done):
    many = [steps(first, first + 49, epoch=2) for first in range(11, 5011, 50)]
    record(folder, epoch_done(1, 10), *many)
    kinds = [type(event) for _, event in newest_events(folder.events_path)]
    assert kinds == [EpochDone, StepsDone]
