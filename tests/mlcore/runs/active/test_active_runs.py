"""What the runs that train right now occupy: slots of devices, and CPU threads."""

from __future__ import annotations

import pytest

from mlcore.config import TrainConfig
from mlcore.runs.active import active_runs
from mlcore.runs.active.active_runs import ActiveRun, slot_is_free, threads_used


def active(device, threads=1, processes=1):
    return ActiveRun(
        run=device, state="running", device=device, threads=threads, processes=processes
    )


def free_slot(others, at_once, auto, **settings):
    return slot_is_free(TrainConfig(**settings), others, at_once, auto)


@pytest.mark.parametrize(
    ("device", "auto", "free"),
    [
        ("cpu", "cuda:0", False),
        ("auto", "cpu", False),
        ("auto", "cuda:1", True),
        ("cuda", "cpu", False),
        ("cuda:1", "cpu", True),
        ("auto", None, False),
    ],
)
def test_each_device_has_its_own_slots(device, auto, free):
    others = [active("cpu"), active("cuda:0")]
    assert free_slot(others, 1, auto, device=device) == free
    assert free_slot(others, 3, auto, device=device)
    assert free_slot([], 1, auto, device=device)


@pytest.mark.parametrize(
    ("other", "free"),
    [
        (active("cuda:1"), False),
        (active("cuda:2"), True),
        (active("cpu", processes=4), True),
        (active("auto", processes=3), False),
    ],
)
def test_a_run_of_several_processes_has_a_slot_on_as_many_gpus(other, free):
    assert free_slot([other], 1, "cuda:0", device="auto", processes=2) == free
    assert free_slot([other], 2, "cuda:0", device="auto", processes=2)
    assert free_slot([active("cuda", processes=2)], 1, "cuda:0", device="cuda:1") is False
    assert free_slot([active("cuda", processes=2)], 1, "cuda:0", device="cuda:2")
    assert free_slot([active("cpu", processes=2)], 1, "cpu", device="auto") is False


@pytest.mark.parametrize(("auto", "count"), [("cpu", 6), ("cuda:0", 2), (None, 6)])
def test_only_threads_of_runs_on_the_cpu_count(auto, count):
    others = [active("cpu", 2), active("auto", 4), active("cuda", 3), active("cuda:1", 3)]
    assert threads_used(others, auto) == count


def test_a_run_that_leaves_its_threads_to_torch_uses_every_core(monkeypatch):
    monkeypatch.setattr(active_runs, "cores", lambda: 8)
    assert threads_used([active("cpu", 0)], "cpu") == 8
