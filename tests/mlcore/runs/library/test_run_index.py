"""The index of a folder of runs saves reading them, and is never believed against them."""

from __future__ import annotations

import json
import math
import os
import shutil
import threading
from pathlib import Path

import pytest

from mlcore.config import RunConfig
from mlcore.events import EpochDone, Failed, Finished, StepsDone, Stopped
from mlcore.runs import Recorder, RunStore
from mlcore.runs.library.label import rename
from mlcore.runs.library.run_index import INDEX, read_index
from mlcore.runs.library.run_info import read_run_info
from mlcore.runs.record.worker import WorkerRecord, write_worker

RUNS = 52  # more than are read as quickly as found in an index


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ended runs, of several settings, that was listed once."""
    root = tmp_path_factory.mktemp("many")
    store = RunStore(root)
    for number in range(RUNS):
        config = RunConfig().with_values({"optim.lr": 0.001 * (1 + number % 3)})
        run = store.create(config, name=f"run {number} 🙂", experiment=f"e{number % 2}")
        with Recorder(run) as recorder:
            write_worker(run.path, WorkerRecord.mine())
            recorder.record(
                EpochDone(
                    step=10,
                    epoch=1,
                    lr=0.001,
                    train_loss=0.5 + number,
                    validation_loss=0.4,
                    validation_accuracy=0.9,
                    seconds=1.0,
                    images_per_second=100.0,
                )
            )
            recorder.record(
                Failed(step=10, epoch=1, message="no room")
                if number == 3
                else Finished(step=10, epoch=1, seconds=1.0, test_loss=0.1, test_accuracy=0.97)
            )
    RunStore(root).list()
    return root


@pytest.fixture
def root(many: Path, tmp_path: Path) -> Path:
    """A copy that keeps the index valid: links are the same files."""
    copy = tmp_path / "runs"
    shutil.copytree(many, copy, copy_function=os.link)
    return copy


def listed(root: Path) -> dict[str, object]:
    return {info.id: info for info in RunStore(root).list()}


def read(root: Path) -> dict[str, object]:
    store = RunStore(root)
    ids = [path.name for path in root.iterdir() if (path / "config.json").is_file()]
    return {run: read_run_info(store.get(run)) for run in ids}


def test_the_index_says_what_the_runs_say(root, monkeypatch):
    expected = read(root)
    assert len(expected) == RUNS

    def unread(folder: object) -> None:
        pytest.fail(f"{folder} was read though nothing has changed")

    monkeypatch.setattr("mlcore.runs.library.store.read_run_info", unread)
    assert listed(root) == expected


def test_a_run_that_changed_is_read_again(root):
    store = RunStore(root)
    changed, deleted, *_ = sorted(read(root))
    rename(store.get(changed), "by another name")
    shutil.rmtree(root / deleted)
    fresh = store.create(RunConfig(), name="queued")
    found = listed(root)
    assert found == read(root)
    assert found[changed].name == "by another name"
    assert deleted not in found
    assert found[fresh.id].state == "queued"


def test_an_ended_run_that_is_continued_is_read_again(root):
    run = RunStore(root).get(sorted(read(root))[5])
    history = run.events_path.read_bytes()
    run.events_path.unlink()  # else the other tests' run goes on too
    run.events_path.write_bytes(history)
    listed(root)
    with Recorder(run) as recorder:
        recorder.record(Finished(step=20, epoch=2, seconds=1.0, test_loss=0.1, test_accuracy=0.5))
    assert listed(root)[run.id].test_accuracy == 0.5


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _another_accuracy(text: str) -> str:
    return text.replace("0.97", "5", 1)


def _other_content(text: str) -> str:
    return json.dumps(json.loads(text) | {"runs": [1, 2]})


def _nothing(text: str) -> str:
    return text[:0]


def _a_list(text: str) -> str:
    return f"[{text}]"


@pytest.mark.parametrize("damage", [_cut, _another_accuracy, _other_content, _nothing, _a_list])
def test_a_damaged_index_is_not_believed(root, damage):
    index = root / INDEX
    text = index.read_text()
    index.unlink()  # else the copy of the other tests is written too
    index.write_text(damage(text))
    assert listed(root) == read(root)
    assert json.loads(index.read_text()) == json.loads(text)  # written anew


def test_a_run_whose_loss_is_no_number_is_left_out_alone(root):
    """A record may say so: the index of all the others is none the worse."""
    (root / INDEX).unlink()
    odd = RunStore(root).create(RunConfig())
    with Recorder(odd) as recorder:
        write_worker(odd.path, WorkerRecord.mine())
        recorder.record(StepsDone(first=1, losses=(2.3, math.nan), epoch=1))
        recorder.record(Stopped(step=2, epoch=0))
    found = listed(root)
    assert math.isnan(found[odd.id].loss)
    assert set(read_index(root)) == set(found) - {odd.id}


def test_an_index_of_another_version_is_not_believed(root, monkeypatch):
    monkeypatch.setattr("mlcore.runs.library.run_index._FORM", 2)
    text = (root / INDEX).read_text()
    assert listed(root) == read(root)
    assert (root / INDEX).read_text() != text


def test_an_index_that_cannot_be_written_is_done_without(root):
    (root / INDEX).unlink()
    (root / INDEX).mkdir()
    assert listed(root) == read(root)


def test_sessions_that_list_at_once_all_get_the_list(root):
    (root / INDEX).unlink()
    store, found, expected = RunStore(root), [], read(root)
    sessions = [
        threading.Thread(target=lambda: found.append({one.id: one for one in store.list()}))
        for _ in range(8)
    ]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    assert found == [expected] * 8


def test_a_few_runs_need_no_index(tmp_path):
    store = RunStore(tmp_path)
    run = store.create(RunConfig())
    with Recorder(run) as recorder:
        recorder.record(Finished(step=1, epoch=1, seconds=1.0, test_loss=0.1, test_accuracy=0.5))
    assert len(store.list()) == 1
    assert not (tmp_path / INDEX).exists()
