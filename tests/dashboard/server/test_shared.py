"""What many sessions ask for at once is computed once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.server.shared import Shared


def test_thirty_who_ask_at_once_share_one_computation():
    shared, begun, made = Shared(), threading.Barrier(30, timeout=20), []

    def ask(_):
        begun.wait()
        return shared.get("chart", 60.0, lambda: made.append(1) or len(made))

    with ThreadPoolExecutor(30) as pool:
        assert set(pool.map(ask, range(30))) == {1}
    assert made == [1]


def test_what_is_too_old_is_computed_again():
    now = [0.0]
    shared, numbers = Shared(lambda: now[0]), iter(range(9))
    got = []
    for now[0] in (0.0, 0.9, 1.0, 1.5, 2.1):
        got.append(shared.get("chart", 1.0, lambda: next(numbers)))
    assert got == [0, 0, 1, 1, 2]


def test_another_key_and_nobody_to_share_with_are_computed_anew():
    shared, numbers = Shared(lambda: 0.0), iter(range(9))
    assert [shared.get(key, 1.0, lambda: next(numbers)) for key in "aba"] == [0, 1, 0]
    assert [shared.get("a", 0.0, lambda: next(numbers)) for _ in range(2)] == [2, 3]


def test_a_failure_is_not_kept():
    shared = Shared()
    with pytest.raises(ZeroDivisionError):
        shared.get("chart", 60.0, lambda: 1 // 0)
    assert shared.get("chart", 60.0, lambda: 7) == 7


def test_the_least_recently_used_result_makes_room():
    shared, made = Shared(), []
    for key in (*range(64), 0, 64, 0, 1):
        shared.get(key, 60.0, lambda key=key: made.append(key))
    assert made == [*range(65), 1]
