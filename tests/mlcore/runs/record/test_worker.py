"""A worker is known by more than its process id."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlcore.runs.record.worker import WorkerRecord, identity, read_worker, write_worker


def test_the_calling_process_is_alive():
    assert WorkerRecord.mine().alive


def test_a_record_is_read_as_it_was_written(tmp_path):
    worker = WorkerRecord.mine(events_from=12, control_from=34)
    write_worker(tmp_path, worker)
    assert read_worker(tmp_path) == worker
    assert [path.name for path in tmp_path.iterdir()] == ["worker.json"]


def test_another_process_with_the_same_id_is_not_the_worker():
    stale = dataclasses.replace(WorkerRecord.mine(), identity="an earlier boot/1234")
    assert not stale.alive


def test_a_process_that_ended_is_not_alive_even_as_a_zombie():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        worker = WorkerRecord(pid=process.pid, identity=identity(process.pid) or "")
        assert worker.alive
        assert process.stdin is not None
        process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, not buried
        assert not worker.alive
    finally:
        process.wait()
    assert not worker.alive


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "other": 2}', "null"])
def test_a_damaged_record_counts_as_none(tmp_path, text):
    (tmp_path / "worker.json").write_text(text)
    assert read_worker(tmp_path) is None


def test_a_record_of_an_earlier_version_is_read_without_what_is_gone(tmp_path):
    worker = WorkerRecord.mine()
    known = dataclasses.asdict(worker)
    (tmp_path / "worker.json").write_text(json.dumps(known | {"started": 1.7e9, "word": ""}))
    assert read_worker(tmp_path) == worker


def test_no_process_has_an_impossible_id():
    assert identity(2**31 - 1) is None
    assert identity(2**70) is None


def test_a_process_that_ends_while_it_is_read_is_gone(monkeypatch):
    def ends(path: Path, **_: object) -> str:
        raise ProcessLookupError(3, "No such process", str(path))

    monkeypatch.setattr(Path, "read_text", ends)
    assert identity(2**22 + 1) is None
