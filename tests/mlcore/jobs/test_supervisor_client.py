"""A supervisor that dies is replaced, and nothing that was asked of it is lost."""

import os
import signal

import psutil
import pytest

from mlcore.commands import Stop
from mlcore.errors import JobError
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, send

pytestmark = pytest.mark.usefixtures("nobody_left")


def ended(history):
    return history.state in ENDED


def test_where_processes_cannot_fork_a_sentence_says_where_else_to_train(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "fork")
    with pytest.raises(JobError, match=r"needs Linux or macOS: on Windows start the page in WSL"):
        Jobs(tmp_path)


def test_a_run_outlives_a_dead_supervisor_and_its_server(tmp_path, config, watch, wait):
    jobs = Jobs(tmp_path)
    run = jobs.start_run(config())
    watch(jobs, run, lambda h: len(h.steps) > 0)
    first = jobs.pid
    os.kill(first, signal.SIGKILL)
    wait(lambda: not psutil.pid_exists(first), "the supervisor to be buried")
    assert jobs.call("devices", {})["devices"][-1]["device"] == "cpu"
    second = jobs.pid
    assert second != first
    jobs.close()
    wait(lambda: not psutil.pid_exists(second), "the next supervisor to end")
    with pytest.raises(JobError, match="shutting down"):
        jobs.submit("devices", {})
    seen = watch(jobs, run, lambda h: h.state == "running")
    watch(jobs, run, lambda h: len(h.steps) > len(seen.steps))
    send(jobs.store.get(run), Stop())
    assert watch(jobs, run, ended).state == "stopped"


def test_what_a_dying_supervisor_had_not_taken_up_is_asked_again(tmp_path, config, watch):
    jobs = Jobs(tmp_path)
    try:
        run = jobs.start_run(config(train__epochs=1))  # it still imports torch
        os.kill(jobs.pid, signal.SIGKILL)
        assert watch(jobs, run, ended).state == "finished"
    finally:
        jobs.close()


def test_what_kills_supervisors_gets_a_sentence(tmp_path, config, watch, monkeypatch):
    monkeypatch.setattr("mlcore.jobs.supervisor_client.sys.executable", "/bin/false")
    jobs = Jobs(tmp_path)
    try:
        history = watch(jobs, jobs.start_run(config()), ended)
        assert history.state == "failed"
        assert "died twice" in history.message
        with pytest.raises(JobError, match="died twice"):
            jobs.call("devices", {})
    finally:
        jobs.close()
