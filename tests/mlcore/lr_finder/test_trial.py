"""Of a suggested and the usual rate the lower one is taken, unless the higher is clearly ahead."""

from __future__ import annotations

import pytest

from mlcore.config import OptimConfig
from mlcore.lr_finder import USUAL, Trial
from mlcore.lr_finder.trial import judge


def trial(lr: float, *losses: float | None, steps: int = 8) -> Trial:
    """A trial that ends with these losses."""
    return Trial(lr=lr, steps=steps, losses=(2.0,) * (steps - len(losses)) + losses)


@pytest.mark.parametrize(
    ("lr", "loss", "usual_loss", "taken"),
    [
        (0.1, 0.94, 1.0, 0.1),  # higher, and clearly ahead
        (0.1, 0.96, 1.0, USUAL),  # ahead, as higher rates are at first
        (0.1, 1.5, 1.0, USUAL),
        (0.001, 1.04, 1.0, 0.001),  # lower, and not clearly behind
        (0.001, 1.07, 1.0, USUAL),
        (0.001, 0.5, 1.0, 0.001),
    ],
)
def test_the_lower_rate_is_taken_unless_the_higher_is_clearly_ahead(
    lr: float, loss: float, usual_loss: float, taken: float
) -> None:
    rate, why = judge(trial(lr, loss, loss), trial(USUAL, usual_loss, usual_loss))
    assert rate == taken
    assert f"came to {loss:.3f} with {lr:g} and to {usual_loss:.3f} with the usual" in str(why)
    assert ("too close to tell" in str(why)) == (abs(loss - usual_loss) < 0.05)


def test_the_last_quarter_counts() -> None:
    late = trial(0.1, 0.5, 0.5)  # 2.0 before
    assert judge(late, trial(USUAL, 1.0, 1.0, 1.0, 1.0))[0] == 0.1


def test_a_rate_with_which_the_training_diverges_is_not_suggested() -> None:
    broken = Trial(lr=0.1, steps=8, losses=(2.0, None))
    rate, why = judge(broken, trial(USUAL, 1.0, 1.0))
    assert rate == USUAL
    assert "came to ∞ with 0.1 and to 1.000 with the usual 0.003" in str(why)
    usual = Trial(lr=USUAL, steps=8, losses=(None,))
    assert judge(trial(0.1, 1.0, 1.0), usual)[0] == 0.1
    rate, why = judge(broken, usual)
    assert rate is None
    assert "NaN or infinite with 0.1, and with the usual 0.003 too" in str(why)


def test_the_usual_rate_is_the_default_of_the_settings() -> None:
    assert OptimConfig().lr == USUAL
