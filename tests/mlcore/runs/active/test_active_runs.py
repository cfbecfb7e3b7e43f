"""What the runs that train right now occupy: slots of devices, and CPU threads."""

from __future__ import annotations

import pytest

from mlcore.runs.active import active_runs
from mlcore.runs.active.active_runs import ActiveRun, slot_is_free, threads_used


def active(device, threads=1):
    return ActiveRun(run=device, state="running", device=device, threads=threads)


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
    assert slot_is_free(device, others, 1, auto) == free
    assert slot_is_free(device, others, 3, auto)
    assert slot_is_free(device, [], 1, auto)


@pytest.mark.parametrize(("auto", "count"), [("cpu", 6), ("cuda:0", 2), (None, 6)])
def test_only_threads_of_runs_on_the_cpu_count(auto, count):
    others = [active("cpu", 2), active("auto", 4), active("cuda", 3), active("cuda:1", 3)]
    assert threads_used(others, auto) == count


def test_a_run_that_leaves_its_threads_to_torch_uses_every_core(monkeypatch):
    monkeypatch.setattr(active_runs, "cores", lambda: 8)
    assert threads_used([active("cpu", 0)], "cpu") == 8
