"""Requests and answers of short jobs are files."""

import pytest

from mlcore.errors import CheckpointError, DataMissingError, JobError, MlcoreError
from mlcore.jobs.folder import JobFolder


def test_a_request_comes_back(tmp_path):
    job = JobFolder.create(tmp_path, "inspect", {"path": tmp_path / "x.pt"})
    assert JobFolder(job.path).request() == ("inspect", {"path": str(tmp_path / "x.pt")})
    assert job.path.parent == tmp_path / ".jobs"
    assert (job.done, job.working, job.result(), job.progress()) == (False, False, None, None)


def test_an_answer_comes_back(tmp_path):
    job = JobFolder.create(tmp_path, "inspect", {})
    job.begin()
    assert job.working
    job.report({"done": 1})
    job.answer({"form": "full"})
    assert (job.done, job.progress(), job.result()) == (True, {"done": 1}, {"form": "full"})


@pytest.mark.parametrize("kind", [CheckpointError, DataMissingError, JobError, MlcoreError])
def test_an_error_comes_back_as_its_class(tmp_path, kind):
    job = JobFolder.create(tmp_path, "inspect", {})
    job.refuse(kind("The file is text."))
    with pytest.raises(kind, match="The file is text") as caught:
        job.result()
    assert type(caught.value) is kind


@pytest.mark.parametrize("text", ['{"type": "SystemExit"}', '{"type": "annotations"}', "{}"])
def test_an_error_of_no_known_class_is_a_job_error(tmp_path, text):
    job = JobFolder.create(tmp_path, "inspect", {})
    (job.path / "error.json").write_text(text)
    with pytest.raises(JobError):
        job.result()


def test_a_folder_that_cannot_hold_jobs_is_a_sentence(tmp_path):
    (tmp_path / ".jobs").touch()
    with pytest.raises(JobError, match="cannot hold a new job"):
        JobFolder.create(tmp_path, "inspect", {})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kind": "x"}'])
def test_a_damaged_request_is_a_sentence(tmp_path, text):
    job = JobFolder.create(tmp_path, "inspect", {})
    (job.path / "request.json").write_text(text)
    with pytest.raises(JobError, match="no request"):
        job.request()
