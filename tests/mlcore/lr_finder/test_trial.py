"""A rate is suggested where it is ahead of the usual one on held-out images, whenever measured."""

from __future__ import annotations

import pytest

from mlcore.config import OptimConfig
from mlcore.lr_finder import USUAL, Trial
from mlcore.lr_finder.trial import judge, next_rate

MARKS = (6, 7, 8)


def trial(lr: float, *held_out: float | None) -> Trial:
    """A trial with these held-out losses, the last one at all marks that are left."""
    found = (*held_out, *(held_out[-1:] * len(MARKS)))[: len(MARKS)]
    marks = tuple(zip(MARKS, found, strict=True))
    return Trial(lr=lr, steps=8, images=50, marks=MARKS, losses=(2.0,) * 8, held_out=marks)


def broken(lr: float) -> Trial:
    """A trial whose training loss was no number at its second step."""
    return Trial(lr=lr, steps=8, images=50, marks=MARKS, losses=(2.0, None))


@pytest.mark.parametrize(
    ("lr", "loss", "taken"),
    [
        (0.1, 0.94, 0.1),  # higher, and clearly ahead
        (0.1, 0.96, USUAL),  # ahead, as higher rates are at first
        (0.1, 1.5, USUAL),
        (0.001, 0.99, 0.001),  # lower, and ahead
        (0.001, 1.01, USUAL),
        (0.001, 1.0, USUAL),
    ],
)
def test_a_rate_is_taken_where_it_is_ahead_and_a_higher_one_clearly(
    lr: float, loss: float, taken: float
) -> None:
    rate, reasons = judge(trial(lr, loss), trial(USUAL, 1.0))
    why = " ".join(map(str, reasons))
    assert rate == taken
    assert f"{loss:.3f} with {lr:g}" in why
    assert "1.000 with the usual 0.003" in why
    assert "50 held-out images" in why
    assert f"{taken:g} is suggested." in why
    assert ("too close to tell" in why) == (loss == 0.96)


def test_one_that_is_behind_on_the_way_is_not_taken() -> None:
    restless = trial(0.1, 0.5, 3.0, 0.5)
    rate, reasons = judge(restless, trial(USUAL, 1.0))
    assert rate == USUAL
    assert str(reasons[0]).startswith("After 7 steps")
    assert "was 3.000 with 0.1, no better than 1.000" in str(reasons[0])


def test_training_losses_do_not_count() -> None:
    learnt = Trial(lr=0.1, steps=1, images=9, marks=(1,), losses=(0.1,), held_out=((1, 2.0),))
    usual = Trial(lr=USUAL, steps=1, images=9, marks=(1,), losses=(2.0,), held_out=((1, 1.0),))
    assert judge(learnt, usual)[0] == USUAL


def test_a_third_is_tried_where_a_rate_is_not_ahead_and_it_is_still_a_higher_one() -> None:
    usual = trial(USUAL, 1.0)
    assert next_rate(0.1, ()) == 0.1
    assert next_rate(0.1, (trial(0.1, 0.5),)) == USUAL
    assert next_rate(0.1, (trial(0.1, 0.5), usual)) is None
    assert next_rate(0.1, (trial(0.1, 1.5), usual)) == 0.033
    assert next_rate(0.1, (trial(0.1, 1.5), usual, trial(0.033, 0.5))) is None
    assert next_rate(0.006, (trial(0.006, 1.5), usual)) is None
    assert next_rate(USUAL, ()) is None
    assert next_rate(None, ()) is None


def test_the_third_is_judged_as_the_first_was_and_both_are_told_of() -> None:
    first, usual = trial(0.1, 1.5), trial(USUAL, 1.0)
    rate, reasons = judge(first, usual, trial(0.033, 0.9))
    assert rate == 0.033
    assert "was 1.500 with 0.1" in str(reasons[0])
    assert "0.900 with 0.033" in str(reasons[1])
    rate, reasons = judge(first, usual, trial(0.033, 1.2))
    assert rate == USUAL
    assert len(reasons) == 3


def test_a_rate_with_which_the_training_diverges_is_not_suggested() -> None:
    rate, why = judge(broken(0.1), trial(USUAL, 1.0))
    assert rate == USUAL
    assert "was ∞ with 0.1, no better than 1.000 with the usual 0.003" in str(why[0])
    assert judge(trial(0.1, 0.5, None), trial(USUAL, 1.0))[0] == USUAL
    assert judge(trial(0.1, 1.0), broken(USUAL))[0] == 0.1
    rate, (reason,) = judge(broken(0.1), broken(USUAL), broken(0.033))
    assert rate is None
    assert "NaN or infinite with 0.1, and with the usual 0.003 too" in str(reason)


def test_the_usual_rate_is_the_default_of_the_settings() -> None:
    assert OptimConfig().lr == USUAL
