"""Long and short spins of threads, chosen by the pace that each gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.trainer import Trainer
from mlcore.trainer.waiting import LAST_TRIAL, Waiting

SPELL = 0.01  # seconds


class Spins:
    """Remembers what it was set to."""

    def __init__(self) -> None:
        self.short = False
        self.changes = 0

    def set(self, short: bool) -> None:
        self.changes += short != self.short
        self.short = short


def train(waiting: Waiting, spins: Spins, seconds: float, pace: Callable[[bool], float]) -> float:
    """Spells of training at the pace (seconds a step) of the way in force; seconds in short."""
    short = passed = 0.0
    while passed < seconds:
        step = pace(spins.short)
        steps = max(1, round(SPELL / step))
        short += steps * step * spins.short
        passed += steps * step
        waiting.note(steps, steps * step)
    return short


@pytest.fixture
def spins() -> Spins:
    return Spins()


@pytest.fixture
def waiting(spins: Spins) -> Waiting:
    return Waiting(spins)  # type: ignore[arg-type]


def quiet(short: bool) -> float:
    return 0.001 if short else 0.0004


def busy(short: bool) -> float:
    return 0.0014 if short else 0.03


def test_a_quiet_machine_loses_next_to_nothing(waiting: Waiting, spins: Spins) -> None:
    assert train(waiting, spins, 60.0, quiet) < 0.01 * 60
    assert not spins.short


def test_a_busy_machine_sleeps_at_once_and_seldom_tries_again(
    waiting: Waiting, spins: Spins
) -> None:
    assert train(waiting, spins, 60.0, busy) > 0.97 * 60
    assert spins.changes < 2 * 60 / LAST_TRIAL + 12


def test_both_changes_are_noticed(waiting: Waiting, spins: Spins) -> None:
    train(waiting, spins, 30.0, quiet)
    assert train(waiting, spins, 2.0, busy) > 1.7
    assert spins.short
    train(waiting, spins, 30.0, busy)
    assert train(waiting, spins, 10.0, quiet) < LAST_TRIAL + 0.2
    assert not spins.short


def test_a_way_that_is_hardly_faster_is_not_taken(waiting: Waiting, spins: Spins) -> None:
    train(waiting, spins, 20.0, lambda short: 0.00095 if short else 0.001)
    assert not spins.short


def test_at_the_end_spins_are_long_again(waiting: Waiting, spins: Spins) -> None:
    train(waiting, spins, 5.0, busy)
    assert spins.short
    waiting.end()
    assert not spins.short
    Waiting(None).note(3, 0.01)


def test_other_waits_give_the_same_numbers_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if torch.get_num_threads() < 2:
        torch.set_num_threads(2)
    config = RunConfig.from_flat(
        {"data.name": "digits", "data.batch_size": 256, "train.epochs": 3, "optim.name": "adam"}
    )
    data = load(config.data, 0)

    def trained() -> dict[str, torch.Tensor]:
        trainer = Trainer(config, data)
        for _ in trainer.events():
            pass
        return {name: value.clone() for name, value in trainer.model.state_dict().items()}

    plain = trained()
    kinds: list[bool] = []

    def note(self: Waiting, steps: int, seconds: float) -> None:
        if self._spins is not None:
            self._spins.set(len(kinds) % 2 == 0)
            kinds.append(self._spins.short)

    monkeypatch.setattr(Waiting, "note", note)
    turned = trained()
    assert all(torch.equal(turned[name], value) for name, value in plain.items())
    assert len(set(kinds)) == 2 or not kinds
