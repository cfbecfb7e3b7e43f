"""The patterns are those of the stock schedules of the torch at hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mlcore.checkpoint.schedule_state import PATTERNS, check_schedule
from mlcore.config import OptimConfig
from mlcore.errors import CheckpointError
from mlcore.optim import build_optimizer, build_schedule


def state_of(name: Any, optim: Any) -> Any:
    config = OptimConfig(name=optim, schedule=name)
    optimizer = build_optimizer([torch.nn.Parameter(torch.zeros(2))], config)
    schedule = build_schedule(optimizer, config, 3, 7)
    return None if schedule is None else schedule.state_dict()


@pytest.mark.parametrize("optim", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize("name", ["constant", *PATTERNS])
def test_the_stock_schedules_pass(name: str, optim: str) -> None:
    check_schedule(name, state_of(name, optim))


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("key", ["optimizer", "step", "get_lr", "state_dict"])
def test_nothing_takes_the_place_of_a_method(name: str, key: str) -> None:
    with pytest.raises(CheckpointError, match=key):
        check_schedule(name, {**state_of(name, "adam"), key: 1})


@pytest.mark.parametrize("name", PATTERNS)
def test_every_entry_must_be_there_and_of_its_kind(name: str) -> None:
    good = state_of(name, "adam")
    for key in PATTERNS[name]:
        with pytest.raises(CheckpointError, match=key):
            check_schedule(name, {**good, key: "x"})
    with pytest.raises(CheckpointError, match="lacks"):
        check_schedule(name, {key: item for key, item in good.items() if key != "_last_lr"})
