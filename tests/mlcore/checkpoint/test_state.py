"""What training continues from: nothing of a stranger's schedule reaches torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from checkpoint_corpus.good import DATA, saved, snapshot

from mlcore.checkpoint import load
from mlcore.checkpoint.write import full_tree
from mlcore.config import ModelConfig, OptimConfig, RunConfig
from mlcore.config.optim import Schedule


def read(folder: Path, name: Schedule, schedule: Any) -> Any:
    """The snapshot in a full file with this schedule's state."""
    config = RunConfig(
        model=ModelConfig(hidden=(4, 3)), optim=OptimConfig(name="adam", schedule=name)
    )
    tree = full_tree(snapshot(config), DATA)
    tree["trainer"]["schedule"] = schedule
    (folder / "full.pt").write_bytes(saved(tree))
    found = load(folder / "full.pt").state
    assert found is not None
    return found["schedule"]


@pytest.mark.parametrize("name", ["constant", "step", "cosine", "one_cycle"])
def test_where_a_schedule_stands_is_never_read_from_a_file(tmp_path: Path, name: Schedule) -> None:
    older = {"last_epoch": 7, "base_lrs": [9.0], "optimizer": "x", "step": 1, "get_lr": None}
    for schedule in (None, older):
        assert read(tmp_path, name, schedule) is None


def test_of_a_plateau_its_two_numbers_are_read(tmp_path: Path) -> None:
    memory = {"best": 0.25, "num_bad_epochs": 1}
    assert read(tmp_path, "plateau", memory) == memory
    older = {**memory, "patience": 3, "mode": "min", "_last_lr": [0.1], "optimizer": "x"}
    assert read(tmp_path, "plateau", older) == memory
    fresh = {"best": float("inf"), "num_bad_epochs": 0}
    assert read(tmp_path, "plateau", fresh) == fresh
