from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
import torch

from mlcore.spinning import spins_of

gnu = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="torch has GNU's OpenMP library on Linux only"
)


def system_threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def test_one_thread_waits_for_nobody() -> None:
    assert spins_of(1) is None


@gnu
def test_short_spins_take_threads_that_do_nothing_and_give_them_back() -> None:
    spins = spins_of(2)
    assert spins is not None
    assert not spins.short
    before = system_threads(), threading.active_count()
    for _ in range(3):
        spins.set(True)
        spins.set(True)
        assert spins.short
        assert threading.active_count() == before[1] + 1
        assert system_threads() >= before[0] + 2
        spins.set(False)
        assert not spins.short
        assert threading.active_count() == before[1]


@gnu
def test_the_threads_that_compute_stay_as_many() -> None:
    spins = spins_of(2)
    assert spins is not None
    count = torch.get_num_threads()
    spins.set(True)
    try:
        assert torch.get_num_threads() == count
    finally:
        spins.set(False)
