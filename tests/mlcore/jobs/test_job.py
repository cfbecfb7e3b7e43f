"""A short job ends in an answer or in a sentence, whatever becomes of its process."""

import os
import signal

import pytest

from mlcore.errors import CheckpointError, JobError
from mlcore.runs import ENDED
from mlcore.runs.record.worker import read_worker

pytestmark = pytest.mark.usefixtures("nobody_left")


def ended(history):
    return history.state in ENDED


def settled(job):
    """How a job ended; empty while it is at work."""
    try:
        return "answered" if job.poll() else ""
    except JobError:
        return "refused"


def test_a_job_reports_its_errors_by_class(jobs, tmp_path):
    (tmp_path / "file.pt").write_text("no checkpoint at all")
    with pytest.raises(CheckpointError, match="text"):
        jobs.call("inspect", {"path": tmp_path / "file.pt", "untrusted": True})
    with pytest.raises(JobError, match="no job 'dance'"):
        jobs.call("dance", {})
    with pytest.raises(JobError, match="KeyError"):
        jobs.call("inspect", {})


def test_a_job_that_takes_too_long_is_ended(jobs, wait):
    for _ in range(20):  # the job is short: it may be done before it is looked at
        job = jobs.submit("devices", {"limit": 0.0001})
        if wait(lambda job=job: settled(job), "the job's end") == "refused":
            break
    with pytest.raises(JobError, match="was ended"):
        job.poll()


def test_waiting_has_an_end(jobs):
    with pytest.raises(JobError, match="no answer within"):
        jobs.call("devices", {}, timeout=0)


def test_a_job_killed_by_a_signal_is_a_sentence(jobs, config, watch, wait):
    run = jobs.start_run(config(train__epochs=1))
    watch(jobs, run, ended)
    request = {"checkpoint": jobs.store.get(run).last_checkpoint()}
    for _ in range(20):  # the job is short: it may be done before it can be killed
        job = jobs.submit("evaluate", request)
        os.kill(
            wait(lambda job=job: read_worker(job.folder), "the job's process").pid, signal.SIGKILL
        )
        if wait(lambda job=job: settled(job), "the job's end") == "refused":
            break
    with pytest.raises(JobError, match="SIGKILL"):
        job.poll()
    assert jobs.call("devices", {})
