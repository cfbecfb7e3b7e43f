"""When a trial counts as abandoned."""

from __future__ import annotations

from datetime import datetime, timedelta

from mlcore.sweeps.shared.open_trial import OpenTrial
from mlcore.sweeps.shared.signs import Signs

BEGIN = datetime(2026, 1, 1)


def trial(number: int, owner: str = "ann", beat: float = 0) -> OpenTrial:
    at = BEGIN + timedelta(seconds=beat)
    return OpenTrial(id=number + 7, number=number, owner=owner, beat=at, silent=1e9, run="")


def abandoned(signs: Signs, trials: list[OpenTrial], now: float, *mine: int) -> list[int]:
    return [one.number for one in signs.abandoned(trials, mine, now)]


def test_a_trial_is_abandoned_when_its_sign_has_not_changed_for_the_patience() -> None:
    signs = Signs(10)
    for now in range(10):
        assert abandoned(signs, [trial(0), trial(1, beat=now)], now) == []
    assert abandoned(signs, [trial(0), trial(1, beat=9)], 10) == [0]
    assert abandoned(signs, [trial(0, "ben"), trial(1, beat=9)], 11) == []  # another took it
    for now in range(12, 19):
        assert abandoned(signs, [trial(1, beat=9)], now) == []
    assert abandoned(signs, [trial(1, beat=9)], 19) == [1]


def test_one_that_was_left_is_abandoned_at_once_and_the_own_ones_never() -> None:
    signs = Signs(10)
    assert abandoned(signs, [trial(0, owner=""), trial(1)], 0, 1) == [0]
    for now in range(5, 50, 5):
        assert abandoned(signs, [trial(1)], now, 1) == []


def test_who_did_not_look_for_long_begins_to_watch_anew() -> None:
    signs = Signs(10)
    assert abandoned(signs, [trial(0)], 0) == []
    assert abandoned(signs, [trial(0)], 60) == []  # the database was away, or this process frozen
    for now in range(61, 70):
        assert abandoned(signs, [trial(0)], now) == []
    assert abandoned(signs, [trial(0)], 70) == [0]
