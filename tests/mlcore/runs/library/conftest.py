"""Lines of a list of runs, made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlcore.config import RunConfig
from mlcore.runs import RunInfo

_INFO = RunInfo(
    id="20261128-120000-abcd",
    name="",
    tags=(),
    note="",
    path=Path("runs/20261128-120000-abcd"),
    created=1_780_000_000.0,
    state="finished",
    config=RunConfig(),
    parent=None,
    epoch=5,
    epochs=5,
    step=100,
    loss=0.5,
    validation_loss=0.6,
    validation_accuracy=0.9,
    test_accuracy=0.91,
    message="",
    best_validation_accuracy=0.92,
    best_epoch=4,
    seconds=100.0,
    images_per_second=50_000.0,
)


@pytest.fixture(scope="session")
def run() -> Callable[..., RunInfo]:
    """A run's line; `settings` are its settings by dotted name, the rest are its own fields."""

    def make(settings: dict[str, Any] | None = None, **fields: Any) -> RunInfo:
        return replace(_INFO, config=RunConfig().with_values(settings or {}), **fields)

    return make
