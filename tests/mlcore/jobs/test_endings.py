"""A process that ended without reporting how gets a sentence."""

import shutil
import signal

import pytest

from mlcore.config import RunConfig
from mlcore.errors import JobError
from mlcore.events import Stopped
from mlcore.files import size_of
from mlcore.jobs.endings import end_job, end_run, exit_reason
from mlcore.jobs.folder import JobFolder
from mlcore.runs import History, Recorder, RunStore, ask_resume, read_state
from mlcore.runs.record.worker import WorkerRecord, write_worker


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "The process ended with exit status 0"),
        (1, "The process ended with exit status 1"),
        (-signal.SIGKILL, "The process was killed (SIGKILL), perhaps because memory ran out"),
        (-signal.SIGSEGV, "The process crashed (SIGSEGV)"),
        (-signal.SIGTERM, "The process was ended (SIGTERM)"),
        (-99, "The process was ended (signal 99)"),
    ],
)
def test_exit_codes_in_words(code, said):
    assert str(exit_reason(code)) == said


def test_a_run_whose_worker_never_spoke_has_failed(tmp_path):
    folder = RunStore(tmp_path).create(RunConfig())
    end_run(folder, -signal.SIGSEGV, 0)
    history = History(folder)
    history.refresh()
    assert history.state == "failed"
    assert "crashed (SIGSEGV): no checkpoint was written yet" in history.message


def test_a_run_that_said_how_it_ended_is_left_alone(tmp_path):
    folder = RunStore(tmp_path).create(RunConfig())
    with Recorder(folder) as recorder:
        recorder.record(Stopped(step=3, epoch=0))
    end_run(folder, 1, 0)
    assert read_state(folder) == "stopped"
    shutil.rmtree(folder.path)
    end_run(folder, 1, 0)
    assert not folder.path.exists()


def test_a_worker_that_ends_late_does_not_speak_for_the_next_one(tmp_path):
    folder = RunStore(tmp_path).create(RunConfig())
    asked = size_of(folder.control_path)
    with Recorder(folder) as recorder:
        write_worker(folder.path, WorkerRecord.mine())
        recorder.record(Stopped(step=3, epoch=0))
    ask_resume(folder)  # quicker than the worker's process could end
    end_run(folder, 0, asked)
    assert read_state(folder) == "queued"
    end_run(folder, -signal.SIGSEGV, size_of(folder.control_path))  # the next one, at once
    assert read_state(folder) == "failed"


def test_a_job_without_an_answer_gets_a_sentence(tmp_path):
    for limit, said in ((None, "SIGKILL"), (120, "more than 120 s")):
        job = JobFolder.create(tmp_path, "inspect", {})
        end_job(job, -signal.SIGKILL, limit)
        with pytest.raises(JobError, match=said):
            job.result()
    done = JobFolder.create(tmp_path, "inspect", {})
    done.answer({"a": 1})
    end_job(done, 1)
    assert done.result() == {"a": 1}
