"""How much each setting decided: Optuna's own numbers, and none where there is nothing to say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from mlcore.rules import Value
from mlcore.runs import RunInfo
from mlcore.sweeps import Sweep, SweepSummary, SweepTrial, parse_space
from mlcore.sweeps.importance import importance
from mlcore.sweeps.optuna_parts import (
    best_quantile,
    distribution_of,
    importances,
    plain_value,
)
from mlcore.sweeps.trial import TrialState

Make = Callable[..., Sweep]
Trial = tuple[Mapping[str, Value], float | None, TrialState]
SPACE = ["optim.lr=0.001..1:log", "data.batch_size=16,32", "model.dropout=0..0.5:step=0.1"]


def drawn(count: int, sign: int = 1) -> list[Trial]:
    """Trials of which the learning rate decides nearly all."""
    trials: list[Trial] = []
    for number in range(count):
        share = number * 0.618 % 1
        params = {
            "optim.lr": round(10 ** (3 * share - 3), 6),
            "data.batch_size": 16 << (number // 2) % 2,
            "model.dropout": round(0.1 * (number % 6), 1),
        }
        trials.append((params, 0.9 + sign * (0.05 - abs(share - 0.6)), "complete"))
    return trials


def summary(sweep: Sweep, trials: Sequence[Trial]) -> SweepSummary:
    info = RunInfo(
        id="a", name="", tags=(), note="", path=Path("a"), created=0.0, state="finished",
        config=sweep.config({}), parent=None, epoch=2, epochs=2, step=10, loss=0.5,
        validation_loss=None, validation_accuracy=None, test_accuracy=None, message="",
    )  # fmt: skip
    return SweepSummary(
        sweep=sweep,
        state="finished",
        pid=None,
        trials=tuple(
            SweepTrial(number=number, state=state, params=params, value=value, run=info)
            for number, (params, value, state) in enumerate(trials)
        ),
    )


def by_optuna(sweep: Sweep, trials: Sequence[Trial]) -> dict[str, float]:
    """Importances of a study of Optuna's own, made trial by trial."""
    dimensions = {one.name: one for one in sweep.space.dimensions}
    study = optuna.create_study(
        direction="maximize" if sweep.objective == "accuracy" else "minimize"
    )
    for params, value, _state in trials:
        study.add_trial(
            optuna.trial.create_trial(
                params={name: plain_value(dimensions[name], one) for name, one in params.items()},
                distributions={name: distribution_of(dimensions[name]) for name in params},
                value=value,
            )
        )
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(
        target_quantile=best_quantile(len(trials))
    )
    return optuna.importance.get_param_importances(study, evaluator=evaluator)


@pytest.mark.parametrize(("objective", "sign"), [("accuracy", 1), ("loss", -1)])
@pytest.mark.parametrize("count", [6, 30, 80])
def test_the_shares_are_those_of_optuna(make: Make, objective: str, sign: int, count: int) -> None:
    sweep, trials = make(SPACE, objective=objective), drawn(count, sign)
    known = importance(summary(sweep, trials))
    assert known.shares == pytest.approx(by_optuna(sweep, trials))
    assert list(known.shares.values()) == sorted(known.shares.values(), reverse=True)
    assert sum(known.shares.values()) == pytest.approx(1)
    assert next(iter(known.shares)) == "optim.lr"
    assert (known.trials, known.few, known.lacks) == (count, count < 20, None)


def test_only_trials_that_were_trained_to_their_end_count(make: Make) -> None:
    sweep, trials = make(SPACE), drawn(12)
    others: list[Trial] = [
        ({"optim.lr": 0.001, "data.batch_size": 16, "model.dropout": 0.0}, 0.99, "pruned"),
        ({"optim.lr": 0.001, "data.batch_size": 16, "model.dropout": 0.0}, 0.99, "running"),
        ({"optim.lr": 1.0, "data.batch_size": 16, "model.dropout": 0.0}, None, "diverged"),
        ({"optim.lr": 1.0, "data.batch_size": 16, "model.dropout": 0.0}, float("nan"), "complete"),
    ]
    known = importance(summary(sweep, [*others, *trials]))
    assert known == importance(summary(sweep, trials))
    assert known.trials == 12


def test_of_many_trials_of_a_sweep_that_runs_each_one_more_is_not_counted_anew(make: Make) -> None:
    ended = summary(make(SPACE), drawn(219))
    assert importance(ended).trials == 219
    assert importance(replace(ended, state="running")).trials == 216
    assert importance(replace(summary(make(SPACE), drawn(49)), state="running")).trials == 49


def test_a_setting_that_some_trials_lack_has_its_share(make: Make) -> None:
    sweep = make(["optim.name=sgd,adam", "optim.momentum=0..0.9:step=0.1"])
    trials: list[Trial] = [
        ({"optim.name": "sgd", "optim.momentum": round(0.1 * step, 1)}, 0.5 + step / 20, "complete")
        for step in range(10)
    ] + [({"optim.name": "adam"}, 0.6, "complete") for _number in range(10)]
    known = importance(summary(sweep, trials))
    assert known.shares == pytest.approx(by_optuna(sweep, trials))
    assert known.shares["optim.momentum"] > 0.1


def test_where_nothing_can_be_said_a_sentence_says_why(make: Make) -> None:
    sweep = make(SPACE)
    few = importance(summary(sweep, drawn(5)))
    assert (few.shares, few.trials) == ({}, 5)
    assert str(few.lacks).endswith("so far there are 5.")
    alike = [(params, 0.5, state) for params, _value, state in drawn(9)]
    assert "All 9 whole trials came to the same figure" in str(
        importance(summary(sweep, alike)).lacks
    )
    one = importance(summary(make(SPACE[:1]), drawn(30)))
    assert "varies one setting only" in str(one.lacks)
    same: list[Trial] = [
        ({"optim.lr": 0.1, "data.batch_size": 16, "model.dropout": 0.1}, 0.5 + n / 100, "complete")
        for n in range(8)
    ]
    assert "tell no setting from another" in str(importance(summary(sweep, same)).lacks)


def test_a_setting_that_never_differed_decided_nothing(make: Make) -> None:
    trials: list[Trial] = [
        ({**params, "data.batch_size": 16}, value, state) for params, value, state in drawn(12)
    ]
    known = importance(summary(make(SPACE), trials))
    assert known.shares["data.batch_size"] == 0
    assert sum(known.shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("trials", "best"), [(4, 0.5), (10, 0.5), (20, 0.25), (50, 0.1), (9000, 0.1)]
)
def test_the_best_are_five_where_a_tenth_are_fewer(trials: int, best: float) -> None:
    assert best_quantile(trials) == best


def test_with_ten_trials_it_mostly_names_the_setting_that_decides() -> None:
    space = parse_space([*SPACE[:1], "data.batch_size=16,32,64,128", "model.dropout=0..0.5"])
    right = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        trials = []
        for _number in range(10):
            rate = 10 ** random.uniform(-3, 0)
            batch, dropout = int(random.choice([16, 32, 64, 128])), float(random.uniform(0, 0.5))
            value = 0.97 - 0.05 * (np.log10(rate) + 0.8) ** 2 + float(random.normal(0, 0.003))
            params = (("optim.lr", rate), ("data.batch_size", batch), ("model.dropout", dropout))
            trials.append((params, float(value)))
        found = importances(space, "accuracy", trials)
        right += max(found, key=lambda name: found[name]) == "optim.lr"
    assert right >= 34  # with a tenth as the best, which is one trial, it is about half


def test_optuna_is_loaded_only_where_there_is_something_to_compute() -> None:
    code = (
        "import sys, mlcore.sweeps.importance; "
        "print({'optuna', 'sqlalchemy', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
