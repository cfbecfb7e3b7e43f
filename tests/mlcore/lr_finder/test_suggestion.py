"""What is suggested follows from rates and losses alone, also where they make no sense."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from mlcore.config import OptimConfig, RunConfig
from mlcore.lr_finder import (
    HIGHEST,
    IGNORED,
    LOWEST,
    STEPS,
    USUAL,
    RangeTest,
    Trial,
    has_diverged,
    rate_at,
    smoothed,
    suggest,
    unused,
)

LRS = tuple(rate_at(step) for step in range(STEPS))
CHANCE = math.log(10)
SGD = OptimConfig()


def made(losses: list[float | None], ending: str = "highest") -> RangeTest:
    return RangeTest(
        lrs=LRS[: len(losses)],
        losses=tuple(losses),
        chance=CHANCE,
        ending=ending,  # type: ignore[arg-type]
    )


def valley(fall_from: float, edge: float, low: float = 1.0) -> list[float | None]:
    """Level, then down evenly per power of ten from one rate to the edge, then steeply up."""
    losses: list[float | None] = []
    for lr in LRS:
        if lr < fall_from:
            losses.append(CHANCE)
        elif lr < edge:
            share = math.log(lr / fall_from) / math.log(edge / fall_from)
            losses.append(CHANCE - share * (CHANCE - low))
        else:
            losses.append(low + 20 * math.log(lr / edge))
    return losses


def test_rates_grow_by_the_same_factor_from_the_lowest_to_the_highest() -> None:
    assert (LRS[0], LRS[-1]) == (LOWEST, HIGHEST)
    factors = np.array(LRS[1:]) / np.array(LRS[:-1])
    assert factors == pytest.approx(factors.mean(), rel=1e-3)


def test_the_smoothed_loss_is_the_running_mean_without_its_lag_at_the_start() -> None:
    assert smoothed([2.0, 2.0, 2.0]).tolist() == pytest.approx([2.0, 2.0, 2.0])
    assert smoothed([1.0, 3.0])[1] == pytest.approx((0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.81))
    assert smoothed([1.0, None, 3.0]).tolist() == [1.0]
    assert smoothed([]).tolist() == []


def test_suggested_is_where_most_of_the_fall_is_done_and_well_below_the_edge() -> None:
    found = suggest(made(valley(1e-4, 0.1)), SGD)
    assert found.lr is not None
    assert found.lowest is not None
    assert 0.005 < found.lr < 0.4 * LRS[found.lowest] + 1e-9
    assert "70 %" in str(found.reasons[0])


def test_a_steep_fall_keeps_a_distance_from_the_edge() -> None:
    found = suggest(made(valley(0.05, 0.1)), SGD)
    assert found.lowest is not None
    assert found.lr == pytest.approx(0.4 * LRS[found.lowest], rel=0.05)
    assert "two fifths" in str(found.reasons[0])


def test_rmsprop_stands_more_than_that_rate_and_with_momentum_hardly() -> None:
    test = made(valley(1e-4, 0.1))
    plain = suggest(test, OptimConfig(name="adagrad")).lr
    more = suggest(test, OptimConfig(name="rmsprop")).lr
    hardly = suggest(test, OptimConfig(name="rmsprop", momentum=0.9)).lr
    assert plain is not None
    assert more == pytest.approx(2.5 * plain, rel=0.06)
    assert hardly == pytest.approx(1.1 * plain, rel=0.06)


def test_a_loss_that_still_falls_at_the_highest_rate_is_said_to() -> None:
    losses = [CHANCE - 1.5 * step / STEPS for step in range(STEPS)]
    found = suggest(made(list(losses)), SGD)
    assert found.lr is not None
    assert "still falling" in str(found.reasons[0])


def test_a_suggestion_is_a_setting_that_can_be_used() -> None:
    for fall in (1.1e-6, 1e-3, 0.5):
        found = suggest(made(valley(fall, 20.0)), OptimConfig(name="rmsprop"))
        assert found.lr is not None
        assert 0 < found.lr <= HIGHEST
        RunConfig().with_values({"optim.lr": found.lr})


@pytest.mark.parametrize(
    ("losses", "says"),
    [
        ([CHANCE] * STEPS, "no learning rate helped"),
        ([30.0] * 100 + [2.31] * 100, "no learning rate helped"),  # it only stopped being worse
        ([CHANCE + 0.5 * (-1) ** step for step in range(STEPS)], "no learning rate helped"),
    ],
)
def test_where_no_rate_helps_none_is_suggested(losses: list[float | None], says: str) -> None:
    found = suggest(made(losses), SGD)
    assert found.lr is None
    assert found.lowest is None
    assert says in str(found.reasons[0])


def test_losses_that_break_at_once_point_to_the_normalisation() -> None:
    at_once = suggest(made([None], "diverged"), SGD)
    assert at_once.lr is None
    assert "NaN or infinite at step 1, at a learning rate of 1e-06" in str(at_once.reasons[0])
    grown = suggest(made([2.0**step for step in range(25)], "diverged"), SGD)
    assert grown.lr is None
    assert "grew from the first steps on" in str(grown.reasons[0])


def test_a_loss_that_breaks_later_ends_the_test_and_not_the_suggestion() -> None:
    losses = valley(1e-4, 0.1)[:160]
    found = suggest(made([*losses, None], "diverged"), SGD)
    assert found.lr is not None


def test_a_test_that_was_stopped_suggests_nothing() -> None:
    found = suggest(made(valley(1e-4, 0.1)[:150], ""), SGD)
    assert found.lr is None
    assert "stopped" in str(found.reasons[0])
    assert suggest(RangeTest(), SGD).lr is None


def test_a_test_ends_where_the_loss_is_lost_and_not_at_a_lucky_batch() -> None:
    assert has_diverged([2.3, None])
    assert has_diverged([2.3] * 60 + [40.0] * 10)
    assert not has_diverged([2.3] * 60 + [0.1] * 40 + [2.0] * 5)  # below the start
    assert not has_diverged([])
    assert not has_diverged([1.0] * 10 + [9.0] * 5)  # before anything is known


def test_a_test_comes_back_from_json() -> None:
    test = made([2.3, None], "diverged")
    assert RangeTest.from_json(test.to_json()) == test
    tried = replace(test, trials=(_trial(0.1, 2.3, None),))
    assert RangeTest.from_json(tried.to_json()) == tried


def test_a_trial_has_the_last_word() -> None:
    curve = made(valley(1e-4, 0.1))
    first = suggest(curve, SGD)
    assert first.lr is not None
    trials = (_trial(first.lr, 2.0, 1.0), _trial(USUAL, 2.1, 1.01))
    found = suggest(replace(curve, trials=trials), SGD)
    assert found.lr == USUAL  # the other is higher, and hardly better
    assert found.lowest == first.lowest
    assert str(found.reasons[0]) == str(first.reasons[0])
    assert "too close to tell" in str(found.reasons[1])
    assert str(found.reasons[2]) == "So the usual 0.003 is suggested."


def _trial(lr: float, *held_out: float | None) -> Trial:
    marks = tuple(range(1, len(held_out) + 1))
    return Trial(
        lr=lr,
        steps=len(marks),
        images=20,
        marks=marks,
        losses=(2.0,) * len(marks),
        held_out=tuple(zip(marks, held_out, strict=True)),
    )


def test_settings_that_a_test_does_not_use_are_named_where_they_are_changed() -> None:
    assert unused(RunConfig()) == ()
    changed = RunConfig.from_flat(
        {"optim.lr": 0.5, "optim.schedule": "cosine", "optim.min_lr": 0.1, "train.epochs": 9}
    )
    assert unused(changed) == ("optim.schedule", "optim.min_lr", "train.epochs")
    assert set(IGNORED) <= set(RunConfig().flat())
