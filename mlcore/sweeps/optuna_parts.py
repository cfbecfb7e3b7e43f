"""How Optuna is set up for a sweep: pruners, samplers, distributions, and its database."""

from __future__ import annotations

import sqlite3
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
from mlcore.sweeps.sweep import Sweep

__all__ = [
    "direction_of",
    "distribution_of",
    "engine_options",
    "plain_value",
    "pruner_of",
    "sampler_of",
    "shown_url",
    "value_of_plain",
]

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


def value_of_plain(dimension: Dimension, plain: Any) -> Value:
    """The value that a trial gets where the study has this; numbers are rounded as people do."""
    if dimension.values:
        return parse(dimension.name, plain)
    return int(plain) if dimension.whole else dimension.rounded(plain)


def direction_of(sweep: Sweep) -> Literal["maximize", "minimize"]:
    """Whether the objective is to be large or small, in Optuna's words."""
    return "maximize" if sweep.objective == "accuracy" else "minimize"


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
