"""The tables of a run."""

from __future__ import annotations

from dashboard.panels.tables import _losses


def test_losses_stay_numbers_that_can_be_sorted():
    assert _losses([0.25, None, 0.0]) == [0.25, None, 0.0]


def test_a_loss_that_digits_cannot_say_is_written_as_everywhere():
    """A cell showed 5.915376150972314e+31."""
    assert _losses([2.3, 5.915376150972314e31, None]) == ["2.3000", "5.915e+31", "–"]
    assert _losses([2.3, 3.2e-7]) == ["2.3000", "3.2e-07"]
