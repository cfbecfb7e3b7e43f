"""Histories are shared, and only their new lines are read."""

from __future__ import annotations

from dashboard.server import histories
from dashboard.server.histories import MOST, epochs_of, first_step_of, history_of
from mlcore.config import RunConfig
from mlcore.events import StepsDone, Stopped
from mlcore.runs import History, Recorder, RunFolder, RunStore


def reads(monkeypatch):
    """Paths of the histories that are made, which are those read from their first line."""
    made = []
    monkeypatch.setattr(
        histories, "History", lambda folder: made.append(folder.path) or History(folder)
    )
    return made


def test_a_history_is_read_once_and_then_only_its_new_lines(tmp_path, monkeypatch):
    made = reads(monkeypatch)
    folder = RunStore(tmp_path).create(RunConfig())
    first = history_of(folder)
    with Recorder(folder) as recorder:
        recorder.record(StepsDone(first=1, losses=(2.0, 1.0), epoch=1))
    again = history_of(RunFolder(folder.path))
    assert again.steps.tolist() == [2.0, 1.0]
    assert first.steps.tolist() == []  # it may be drawn by another thread right now
    assert made == [folder.path]


def test_the_least_recently_used_history_makes_room(tmp_path, monkeypatch):
    made = reads(monkeypatch)
    store = RunStore(tmp_path)
    first, second, *others, last = (store.create(RunConfig()) for _ in range(MOST + 1))
    for folder in (first, second, *others, first, last, first):
        history_of(folder)
    assert len(made) == MOST + 1
    history_of(second)
    assert made[-1] == second.path


def test_the_epochs_of_more_ended_runs_than_histories_are_each_read_once(tmp_path, monkeypatch):
    made = reads(monkeypatch)
    store = RunStore(tmp_path)
    for number in range(MOST + 5):
        with Recorder(store.create(RunConfig())) as recorder:
            recorder.record(StepsDone(first=1, losses=(float(number),), epoch=1))
            recorder.record(Stopped(step=1, epoch=0, reason="user"))
    runs = store.list()
    for _ in range(2):
        assert [len(epochs_of(info)) for info in runs] == [0] * len(runs)
        assert {first_step_of(info) for info in runs} == {0}
    assert len(made) == len(runs)
