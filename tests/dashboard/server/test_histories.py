"""Histories are shared, and only their new lines are read."""

from __future__ import annotations

from dashboard.server.histories import MOST, history_of
from mlcore.config import RunConfig
from mlcore.events import StepsDone
from mlcore.runs import Recorder, RunFolder, RunStore


def test_the_same_history_is_returned_with_its_new_lines(tmp_path):
    folder = RunStore(tmp_path).create(RunConfig())
    first = history_of(folder)
    with Recorder(folder) as recorder:
        recorder.record(StepsDone(first=1, losses=(2.0, 1.0), epoch=1))
    again = history_of(RunFolder(folder.path))
    assert again is first
    assert again.steps.tolist() == [2.0, 1.0]


def test_the_least_recently_used_history_makes_room(tmp_path):
    store = RunStore(tmp_path)
    first, second, *others, last = (store.create(RunConfig()) for _ in range(MOST + 1))
    kept, dropped = history_of(first), history_of(second)
    for folder in others:
        history_of(folder)
    assert history_of(first) is kept
    history_of(last)
    assert history_of(first) is kept
    assert history_of(second) is not dropped
