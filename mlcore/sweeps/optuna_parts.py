"""How Optuna is set up for a sweep: pruners, samplers, distributions, its database, importances."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import optuna
import sqlalchemy.engine
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from mlcore.config import parse
from mlcore.rules import Value
from mlcore.sweeps.dimension import Dimension
from mlcore.sweeps.importance import Observed
from mlcore.sweeps.space import Space
from mlcore.sweeps.sweep import Objective, Sweep

__all__ = [
    "best_quantile",
    "direction_of",
    "distribution_of",
    "engine_options",
    "importances",
    "plain_value",
    "pruner_of",
    "sampler_of",
    "shown_url",
    "value_of_plain",
]

_BEST, _BEST_OF_FEW = 0.1, 0.5  # of the trials are compared with all
_STEADY = 5  # trials that the best should be, as Optuna's own documentation has it
_PATIENCE = 10.0  # seconds to wait for a database that another program has locked


def sampler_of(sweep: Sweep, number: int) -> optuna.samplers.BaseSampler:
    """The sampler of one trial: its random numbers depend on the sweep's seed and its number.

    So a sweep that is continued draws what it would have drawn, and nothing twice.
    """
    seed = (int(str(sweep.settings["train.seed"])) * 1_000_003 + number) % 2**32
    if sweep.sampler == "tpe":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True)
    return optuna.samplers.RandomSampler(seed=seed)


def pruner_of(sweep: Sweep) -> optuna.pruners.BasePruner:
    """What decides which trials are given up: nothing, the median, or successive halving.

    With the median, none is before five were trained to their end.
    """
    if sweep.pruner == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=5)
    if sweep.pruner == "halving":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=1)
    return optuna.pruners.NopPruner()


def direction_of(objective: Objective) -> Literal["minimize", "maximize"]:
    """Which values of the objective are the better ones."""
    return "maximize" if objective == "accuracy" else "minimize"


def distribution_of(dimension: Dimension) -> BaseDistribution:
    """What a dimension is to Optuna; several values are texts to choose from."""
    if dimension.values:
        return CategoricalDistribution(dimension.texts)
    low, high, log, step = dimension.low, dimension.high, dimension.log, dimension.step
    if dimension.whole:
        return IntDistribution(int(low), int(high), log=log, step=int(step or 1))
    return FloatDistribution(low, high, log=log, step=step)


def plain_value(dimension: Dimension, value: Value) -> Any:
    """A value as the study has it: one of several as its text."""
    if not dimension.values:
        return value
    return dimension.texts[dimension.values.index(value)]


def importances(space: Space, objective: Objective, whole: Sequence[Observed]) -> dict[str, float]:
    """How much each setting decided, in no unit: they compare among each other.

    Args:
        space: of the sweep.
        objective: what is compared; of an accuracy the highest is the best.
        whole: trials that were trained to their end, two at least.
    """
    dimensions = {one.name: one for one in space.dimensions}
    drawn = {one.name: distribution_of(one) for one in space.dimensions}
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is experimental, and of few trials
        study = optuna.create_study(direction=direction_of(objective))
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params={name: plain_value(dimensions[name], one) for name, one in params},
                    distributions={name: drawn[name] for name, _one in params},
                    value=value,
                )
                for params, value in whole
            ]
        )
        return optuna.importance.get_param_importances(
            study,
            evaluator=optuna.importance.PedAnovaImportanceEvaluator(
                target_quantile=best_quantile(len(whole))
            ),
            normalize=False,
        )


def best_quantile(trials: int) -> float:
    """Which part of so many trials counts as the best: a tenth, of few trials more."""
    return max(_BEST, min(_BEST_OF_FEW, _STEADY / trials))


def value_of_plain(dimension: Dimension, plain: Any) -> Value:
    """The value that a trial gets where the study has this; numbers are rounded as people do."""
    if dimension.values:
        return parse(dimension.name, plain)
    return int(plain) if dimension.whole else dimension.rounded(plain)


def engine_options(url: str) -> dict[str, Any]:
    """What SQLAlchemy is to know of a database."""
    if not url.startswith("sqlite:///"):
        return {}
    path = url.removeprefix("sqlite:///")

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    return {"creator": connect}


def shown_url(url: str) -> str:
    """A database as a sentence may name it: a file, or a URL without what is secret in it."""
    if url.startswith("sqlite:///"):
        return str(Path(url.removeprefix("sqlite:///")))
    return sqlalchemy.engine.make_url(url).render_as_string(hide_password=True)
