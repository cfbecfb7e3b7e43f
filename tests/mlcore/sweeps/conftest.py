"""Sweeps of tiny runs on the bundled digits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.config import RunConfig
from mlcore.runs import RunStore
from mlcore.sweeps import Sweep, SweepFolder
from mlcore.sweeps.starting import new_sweep

SETTINGS = {
    "data.name": "digits",
    "data.train_limit": 200,
    "data.validation": 50,
    "model.hidden": (8,),
    "train.epochs": 2,
    "train.device": "cpu",
    "train.threads": 1,
}


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def make(store: RunStore) -> Callable[..., Sweep]:
    """Makes a sweep: `make(["optim.lr=0.1,0.2"], trials=4)`; double underscores name settings."""

    def sweep(space: list[str], name: str = "tiny", **options: Any) -> Sweep:
        given = {key.replace("__", "."): options.pop(key) for key in list(options) if "__" in key}
        settings = RunConfig().flat() | SETTINGS | given
        return new_sweep(store.root, name, space, settings, given=given, **options)

    return sweep


@pytest.fixture
def folder(store: RunStore) -> SweepFolder:
    """Of the sweep that `make` makes."""
    return SweepFolder(store.root, "tiny")
