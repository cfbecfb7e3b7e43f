"""Sweeps in words."""

from __future__ import annotations

import pytest

from dashboard.words import sweeps
from mlcore.sweeps import parse_space, read_sweep
from mlcore.sweeps.sweep import OBJECTIVES, PRUNERS, SAMPLERS
from tests.dashboard.made_sweep import made_sweep


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ("optim.lr=1e-4..1:log", "Learning rate 0.0001 to 1 over powers of ten"),
        ("model.dropout=0..0.5:step=0.1", "Dropout 0 to 0.5 in steps of 0.1"),
        ("train.epochs=1..9", "Epochs 1 to 9"),
        ("model.hidden=64|128,64", "Hidden layers 64, 128 · 64"),
        ("optim.name=sgd,adam", "Optimizer SGD, Adam"),
    ],
)
def test_what_varies_is_read_with_its_label(space, said) -> None:
    assert sweeps.space_text(parse_space([space])) == said


def test_what_does_not_apply_to_a_trial_is_a_dash() -> None:
    params = {"optim.lr": 0.01235, "data.batch_size": 64}
    assert sweeps.param_text(params, "optim.lr") == "0.01235"
    assert sweeps.param_text(params, "optim.momentum") == "–"
    assert sweeps.params_text(params) == "Learning rate 0.01235; Batch size 64"


def test_every_choice_has_a_name() -> None:
    assert set(sweeps.SAMPLER_NAMES) == set(SAMPLERS)
    assert set(sweeps.PRUNER_NAMES) == set(PRUNERS)
    assert set(sweeps.OBJECTIVE_NAMES) == set(OBJECTIVES)


def test_how_far_it_is_is_counted_by_state(runs) -> None:
    found = read_sweep(made_sweep(runs, trials=9), runs)
    assert sweeps.counts(found) == ("5 of 9 trials · 3 complete; 1 pruned; 1 failed")
