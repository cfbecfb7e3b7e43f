"""CPU threads are shared out among runs that train at once."""

from __future__ import annotations

import pytest

from mlcore.config import RunConfig
from mlcore.events import Started
from mlcore.runs import Recorder, RunStore
from mlcore.runs.active import threads


@pytest.fixture
def run(tmp_path):
    """A maker of runs, which may have been started before."""

    def make(wanted=0, before=0, device="cpu", processes=1):
        settings = {"train.threads": wanted, "train.processes": processes}
        folder = RunStore(tmp_path).create(RunConfig.from_flat(settings))
        if before:
            with Recorder(folder) as recorder:
                for count in (1, before):
                    recorder.record(
                        Started(
                            step=0,
                            epoch=0,
                            steps_per_epoch=1,
                            epochs=1,
                            device=device,
                            threads=count,
                            parameters=1,
                            train_images=1,
                            validation_images=0,
                        )
                    )
        return folder

    return make


@pytest.fixture(autouse=True)
def _cores(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 8)


@pytest.mark.parametrize(
    ("at_once", "used", "given"),
    [(1, 0, 4), (2, 0, 2), (2, 2, 2), (2, 3, 1), (3, 0, 1), (8, 0, 1), (1, 4, 1), (1, 9, 1)],
)
def test_half_of_the_cores_are_shared_out(run, at_once, used, given):
    assert threads.thread_share(run(), at_once, used) == given


def test_what_the_settings_name_is_obeyed(run):
    assert threads.thread_share(run(wanted=6), 4, 4) == threads.required_threads(run(wanted=6)) == 6


@pytest.mark.parametrize(("before", "given"), [(3, 3), (8, 8), (20, 8)])
def test_a_resumed_run_gets_as_many_as_before(run, before, given):
    assert threads.thread_share(run(before=before), 4, 4) == given
    assert threads.required_threads(run(before=before)) == given


def test_what_a_run_on_a_gpu_had_before_does_not_count(run):
    assert threads.thread_share(run(before=7, device="cuda:0"), 2, 0) == 2


@pytest.mark.parametrize(("used", "given"), [(0, 0), (2, 6), (8, 1), (12, 1)])
def test_a_shell_takes_what_the_others_leave(used, given):
    assert threads.threads_left(used) == given


def test_a_small_machine_has_one_thread_for_each(run, monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 1)
    assert threads.thread_share(run(), 2, 1) == 1


def test_threads_that_are_named_are_those_of_each_process(run):
    assert threads.required_threads(run(wanted=3, processes=2)) == 6
    assert threads.required_threads(run(before=2, processes=3)) == 6
    assert threads.required_threads(run(before=3, processes=4)) == 8


@pytest.mark.parametrize(
    ("together", "processes", "each"), [(0, 1, 0), (3, 1, 3), (0, 2, 4), (4, 2, 2), (2, 4, 1)]
)
def test_the_processes_of_a_run_share_its_threads(together, processes, each):
    assert threads.threads_each(together, processes) == each
