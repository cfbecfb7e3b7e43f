"""A log of a run is torn or damaged: what is whole is read, one sentence reports the rest."""

from collections.abc import Callable

import numpy as np
import pytest

from mlcore.commands import Continue, Pause, Stop
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, History, RunFolder, read_state, send

pytestmark = pytest.mark.usefixtures("nobody_left")


def ended(history):
    return history.state in ENDED


@pytest.fixture
def settings(config):
    return config(model__hidden=[1], train__epochs=60)


@pytest.fixture
def whole(jobs: Jobs, settings, watch) -> np.ndarray:
    """The losses of the same run where nothing happens to it."""
    return watch(jobs, jobs.start_run(settings), ended).steps


@pytest.fixture
def stopped(
    jobs: Jobs, settings, watch, worker_of, wait
) -> Callable[[], tuple[RunFolder, History]]:
    """A run that was stopped on its way, and its history."""

    def make():
        folder = jobs.store.get(jobs.start_run(settings))
        watch(jobs, folder.id, lambda h: len(h.checkpoints) > 1)
        worker = worker_of(folder)
        send(folder, Stop())
        history = watch(jobs, folder.id, lambda h: h.state == "stopped")
        wait(lambda: not worker.is_running(), "the worker to be buried")
        jobs.call("devices", {})  # the supervisor takes it up when it is done with the worker
        return folder, history

    return make


def test_a_torn_last_line_of_a_history_takes_nothing_else_with_it(jobs, stopped, whole, run_to_end):
    folder, before = stopped()
    text = folder.events_path.read_bytes()
    folder.events_path.write_bytes(text[:-9])  # its final event, as a machine that lost power
    history = History(folder)
    history.refresh()
    assert history.state == jobs.store.list()[0].state == "lost"
    assert f"resume it from step {before.step:,}" in history.message
    np.testing.assert_array_equal(history.steps, before.steps)
    assert str(history.damage) == (
        "1 damaged line of events.jsonl was skipped: all lines before and after are read."
    )
    history = run_to_end(jobs, folder.id)
    np.testing.assert_array_equal(history.steps, whole)
    assert str(history.damage).startswith("1 damaged line of events.jsonl")


def test_a_damaged_line_amid_a_history_is_a_gap_and_no_end(jobs, stopped, whole, watch):
    folder, before = stopped()
    lines = folder.events_path.read_bytes().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith(b'{"event": "steps"'))
    lines[at] = bytes(len(lines[at]) - 1) + b"\n"
    folder.events_path.write_bytes(b"".join(lines))
    history = History(folder)
    history.refresh()
    assert (history.state, history.step) == ("stopped", before.step)
    known = ~np.isnan(history.steps)
    assert 0 < known.sum() < before.step
    np.testing.assert_array_equal(history.steps[known], before.steps[known])
    assert str(history.damage).startswith("1 damaged line of events.jsonl was skipped")
    jobs.resume_run(folder.id)
    after = watch(jobs, folder.id, lambda h: h.state == "finished")
    np.testing.assert_array_equal(after.steps[before.step :], whole[before.step :])


def test_damage_in_the_control_log_of_a_run_harms_no_command(jobs, config, watch):
    folder = jobs.store.get(jobs.start_run(config(train__epochs=10_000)))
    watch(jobs, folder.id, lambda h: h.state == "running" and h.step > 0)
    with folder.control_path.open("ab") as file:
        file.write(b'\0\0\0\n[1, 2]\n{"command": "sto')  # the last one is torn
    send(folder, Pause())
    watch(jobs, folder.id, lambda h: h.state == "paused")
    send(folder, Continue())
    watch(jobs, folder.id, lambda h: h.state == "running")
    send(folder, Stop())
    history = watch(jobs, folder.id, ended)
    assert history.state == "stopped"
    assert str(history.damage) == (
        "3 damaged lines of control.jsonl were skipped: all lines before and after are read."
    )


def test_a_torn_start_in_a_control_log_starts_nothing_and_the_next_one_does(
    jobs, stopped, run_to_end, whole
):
    folder, _ = stopped()
    with folder.control_path.open("ab") as file:
        file.write(b'{"command": "start", "time": 17')
    history = History(folder)
    history.refresh()
    assert history.state == read_state(folder) == "stopped"
    assert str(history.damage).startswith("1 damaged line of control.jsonl was skipped")
    np.testing.assert_array_equal(run_to_end(jobs, folder.id).steps, whole)
