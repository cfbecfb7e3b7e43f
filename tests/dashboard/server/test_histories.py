"""Histories are shared and read on, not read again."""

from __future__ import annotations

from dashboard.server.histories import HistoryShelf
from mlcore.config import RunConfig
from mlcore.events import StepsDone
from mlcore.runs import Recorder, RunFolder, RunStore


def test_the_same_history_is_handed_out_and_read_on(tmp_path):
    folder = RunStore(tmp_path).create(RunConfig())
    shelf = HistoryShelf()
    first = shelf.get(folder)
    with Recorder(folder) as recorder:
        recorder.record(StepsDone(first=1, losses=(2.0, 1.0), epoch=1))
    again = shelf.get(RunFolder(folder.path))
    assert again is first
    assert again.steps.tolist() == [2.0, 1.0]


def test_the_history_not_looked_at_for_longest_makes_room(tmp_path):
    store = RunStore(tmp_path)
    folders = [store.create(RunConfig()) for _ in range(3)]
    shelf = HistoryShelf(most=2)
    first, second = shelf.get(folders[0]), shelf.get(folders[1])
    assert shelf.get(folders[0]) is first
    shelf.get(folders[2])
    assert shelf.get(folders[0]) is first
    assert shelf.get(folders[1]) is not second
