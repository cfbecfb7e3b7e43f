from __future__ import annotations

from dashboard.controls.fields import stops
from mlcore.config import SETTINGS
from mlcore.presets import PRESETS


def test_the_learning_rate_stops_at_round_values_over_five_powers_of_ten() -> None:
    rates = stops(SETTINGS["optim.lr"])
    assert (rates[0], rates[-1], len(rates)) == (1e-5, 1.0, 46)
    assert rates == sorted(set(rates))
    assert 0.003 in rates
    assert {preset.optim.lr for preset in PRESETS.values()} <= set(rates)


def test_the_batch_size_stops_at_powers_of_two() -> None:
    assert stops(SETTINGS["data.batch_size"]) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
