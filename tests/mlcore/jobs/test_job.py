"""A short job ends in an answer or in a sentence, whatever becomes of its process."""

import os
import signal

import numpy as np
import pytest

from mlcore.errors import CheckpointError, JobError
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.job import Job
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


def files_of(folder):
    """A job whose folder holds what a test puts there."""
    return Job(JobFolder(folder), supervisor=None)


def test_a_file_is_handed_over_once(tmp_path):
    np.savez(tmp_path / "found.npz", a=np.arange(3))
    assert files_of(tmp_path).take_arrays("found.npz")["a"].tolist() == [0, 1, 2]
    assert not list(tmp_path.iterdir())
    with pytest.raises(JobError, match=r"found\.npz of the job cannot be read: ask again"):
        files_of(tmp_path).take_arrays("found.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no file of numpy"])
def test_a_damaged_file_is_a_sentence(tmp_path, content):
    (tmp_path / "found.npz").write_bytes(content)
    with pytest.raises(JobError, match="cannot be read"):
        files_of(tmp_path).take_arrays("found.npz")


def test_a_file_with_objects_in_it_runs_nothing(tmp_path):
    np.savez(tmp_path / "found.npz", a=np.array([{}], object))
    with pytest.raises(JobError, match="cannot be read"):
        files_of(tmp_path).take_arrays("found.npz")
