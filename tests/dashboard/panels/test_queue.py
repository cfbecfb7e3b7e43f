"""The queue on the Train page."""

from __future__ import annotations

import pytest

from mlcore.events import Paused, Stopped
from mlcore.runs.active.queue import RunQueue
from tests.dashboard.train_page import (
    CONFIG,
    EPOCH,
    STARTED,
    STEPS,
    keys,
    opened,
    record,
    sentences,
)


@pytest.fixture
def line(made, runs):
    """The ids of a run that trains and of three that wait, in order."""
    training = made(STARTED, STEPS, alive=True).id
    waiting = [runs.create(CONFIG).id for _ in range(3)]
    with RunQueue(runs.root).change() as state:
        state.waiting = waiting[:]
    return training, *waiting


def waiting(runs):
    return RunQueue(runs.root).snapshot().waiting


def test_a_run_that_trains_elsewhere_is_offered(made):
    shown = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    training = made(STARTED, STEPS, alive=True)
    app = opened(run=shown.id)
    app.button(key=f"show-{training.id}").click().run()
    assert training.id in sentences(app)


def test_a_run_that_waits_shows_its_position_and_can_be_moved(line, runs):
    _, first, second, third = line
    app = opened(run=second)
    text = sentences(app)
    assert "Number 2 of 3 in the queue; 1 run at a time trains on a device." in text
    assert {"stop", "pause"}.isdisjoint(keys(app))
    assert app.button(key=f"earlier-{first}").disabled
    assert app.button(key=f"later-{third}").disabled
    app.button(key=f"earlier-{second}").click().run()
    assert waiting(runs) == (second, first, third)
    assert "Number 1 of 3 in the queue" in sentences(app)
    app.button(key=f"later-{first}").click().run()
    assert waiting(runs) == (second, third, first)


def test_a_paused_run_keeps_its_slot_and_the_page_says_so(line, runs):
    record(runs.get(line[0]), Paused(step=39, epoch=1))
    app = opened(run=line[1])
    assert "A paused run keeps its slot" in sentences(app)
    assert "paused, keeps its slot" in sentences(app)


def test_a_run_that_waits_is_cancelled_and_started_again(line, runs, monkeypatch):
    asked = []
    monkeypatch.setattr("mlcore.jobs.Jobs.resume_run", lambda _, run, changes: asked.append(run))
    app = opened(run=line[1])
    app.button(key="cancel").click().run()
    assert waiting(runs) == line[2:]
    assert "cancelled before it started" in sentences(app)
    assert app.button(key="resume").label == "Start it"
    app.button(key="resume").click().run()
    assert asked == [line[1]]
    app.button(key=f"cancel-{line[3]}").click().run()
    assert waiting(runs) == (line[2],)


def test_more_runs_can_train_at_once(line, runs):
    app = opened(run=line[0])
    assert app.text_input(key="at-once").value == "1"
    app.text_input(key="at-once").input("3").run()
    assert RunQueue(runs.root).snapshot().at_once == 3
    assert app.button(key="train").label == "Train"
    RunQueue(runs.root).set_at_once(2)  # in a shell
    app.run()
    assert app.text_input(key="at-once").value == "2"


def test_what_a_sweep_asks_for_is_said_and_can_be_overruled(line, runs):
    RunQueue(runs.root).lend("hunt_a", 4)
    app = opened(run=line[0])
    assert app.text_input(key="at-once").value == "4"
    assert "as long as sweep hunt\\_a is under way; then 1 again" in sentences(app)
    app.text_input(key="at-once").input("2").run()
    assert RunQueue(runs.root).snapshot().at_once == 2
    assert "as long as sweep" not in sentences(app)


def test_a_waiting_run_can_be_deleted(line, runs):
    app = opened(run=line[1])
    app.button(key=f"delete-run-{line[1]}").click().run()
    assert waiting(runs) == line[2:]
    assert line[0] in sentences(app)  # the one that trains, not the newest that waits


def test_where_one_run_trains_alone_there_is_no_queue(made):
    made(STARTED, STEPS, alive=True)
    app = opened()
    assert not [item for item in app.main.text_input if item.key == "at-once"]
    assert app.button(key="train").disabled is False
