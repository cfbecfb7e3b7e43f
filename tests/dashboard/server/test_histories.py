"""Histories are shared, and only their new lines are read."""

from __future__ import annotations

from dashboard.server.histories import HistoryCache
from mlcore.config import RunConfig
from mlcore.events import StepsDone
from mlcore.runs import Recorder, RunFolder, RunStore


def test_the_same_history_is_returned_with_its_new_lines(tmp_path):
    folder = RunStore(tmp_path).create(RunConfig())
    cache = HistoryCache()
    first = cache.get(folder)
    with Recorder(folder) as recorder:
        recorder.record(StepsDone(first=1, losses=(2.0, 1.0), epoch=1))
    again = cache.get(RunFolder(folder.path))
    assert again is first
    assert again.steps.tolist() == [2.0, 1.0]


def test_the_least_recently_used_history_makes_room(tmp_path):
    store = RunStore(tmp_path)
    folders = [store.create(RunConfig()) for _ in range(3)]
    cache = HistoryCache(most=2)
    first, second = cache.get(folders[0]), cache.get(folders[1])
    assert cache.get(folders[0]) is first
    cache.get(folders[2])
    assert cache.get(folders[0]) is first
    assert cache.get(folders[1]) is not second
