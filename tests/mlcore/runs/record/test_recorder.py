"""A history has one writer at a time."""

import json
import shutil
import threading

import pytest

from mlcore.errors import RunError
from mlcore.events import Stopped
from mlcore.runs import History, Recorder, ask_resume, ask_start, read_state, record_failure
from mlcore.runs.record.lines import append_line
from mlcore.runs.record.worker import WorkerRecord, write_worker


def test_lines_carry_the_event_and_the_time(folder, started):
    with Recorder(folder) as recorder:
        recorder.record(started())
    (line,) = folder.events_path.read_text().splitlines()
    record = json.loads(line)
    assert record["event"] == "started"
    assert record["time"] > 1.7e9


def test_two_workers_never_write_one_history(folder):
    write_worker(folder.path, WorkerRecord.mine())
    with Recorder(folder), pytest.raises(RunError, match="by another process already"):
        Recorder(folder)
    Recorder(folder).close()


def test_a_worker_that_is_just_ending_is_waited_for(folder):
    first = Recorder(folder)
    write_worker(folder.path, WorkerRecord.mine())
    first.record(Stopped(step=3, epoch=0))
    ask_resume(folder)
    end = folder.events_path.stat().st_size
    leaving = threading.Timer(0.05, first.close)
    leaving.start()
    with Recorder(folder) as second:
        assert second.offset == end
    leaving.join()


def test_a_deleted_folder_ends_the_writing(folder, started):
    with Recorder(folder) as recorder:
        shutil.rmtree(folder.path)
        with pytest.raises(RunError, match="was deleted"):
            recorder.record(started())


def test_a_failure_on_behalf_of_a_dead_worker_tells_where_it_was(folder, record, started, steps):
    record(folder, started(), steps(1, 7))
    record_failure(folder, RunError("The worker was killed."))
    history = History(folder)
    history.refresh()
    assert (history.state, history.message) == ("failed", "The worker was killed.")
    assert history.outcome is not None
    assert (history.outcome.step, history.outcome.epoch) == (7, 0)


def test_a_start_that_nobody_could_take_up_is_a_failure(folder):
    ask_start(folder)
    assert read_state(folder) == "queued"
    record_failure(folder, RunError("No process could be started."))
    assert read_state(folder) == "failed"


@pytest.mark.parametrize("resumed", [False, True])
def test_whoever_reads_while_a_failure_is_recorded_never_sees_a_lost_run(
    folder, record, monkeypatch, resumed
):
    if resumed:
        write_worker(folder.path, WorkerRecord(pid=0, identity="gone"))
        record(folder, Stopped(step=3, epoch=0))
        ask_resume(folder)
    seen = []

    def watched(function):
        def call(*arguments):
            seen.append(read_state(folder))
            function(*arguments)
            seen.append(read_state(folder))

        return call

    for name, function in (("append_line", append_line), ("write_worker", write_worker)):
        monkeypatch.setattr(f"mlcore.runs.record.recorder.{name}", watched(function))
    record_failure(folder, RunError("No process could be started."))
    assert list(dict.fromkeys(seen)) == ["queued", "failed"]
