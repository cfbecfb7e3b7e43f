"""Settings for going on from files that state none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from checkpoint_corpus.good import DATA, mlp, saved, snapshot, tutorial, weights

from mlcore.checkpoint import load, suggest_config
from mlcore.checkpoint.write import full_tree
from mlcore.config import ModelConfig, OptimConfig, RunConfig
from mlcore.errors import CheckpointError

BASE = RunConfig(optim=OptimConfig(name="adam", schedule="cosine"))


def suggested(data: bytes, folder: Path) -> RunConfig:
    (folder / "a.pt").write_bytes(data)
    return suggest_config(load(folder / "a.pt"), BASE)


def test_stated_settings_are_kept(tmp_path: Path) -> None:
    before = snapshot()
    found = suggested(saved(full_tree(before, DATA)), tmp_path)
    assert found.to_json() == before["config"]


def test_weights_alone_bring_their_architecture(tmp_path: Path) -> None:
    found = suggested(saved(weights(7, batch_norm=True)), tmp_path)
    assert found.model == ModelConfig(hidden=(7,), batch_norm=True)
    assert found.optim == BASE.optim


def test_the_tutorials_optimizer_is_named(tmp_path: Path) -> None:
    found = suggested(saved(tutorial()), tmp_path)
    assert found.optim == OptimConfig(name="sgd", lr=0.003, momentum=0.9)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (torch.optim.SGD, "sgd"),
        (torch.optim.Adam, "adam"),
        (torch.optim.AdamW, "adamw"),
        (torch.optim.RMSprop, "rmsprop"),
        (torch.optim.Adagrad, "adagrad"),
    ],
)
def test_every_optimizer_is_told_by_its_options(
    tmp_path: Path, made: type[torch.optim.Optimizer], name: str
) -> None:
    model = mlp(4, 3)
    state = made(model.parameters(), lr=0.02).state_dict()  # type: ignore[call-arg]
    data = saved({"model_state_dict": model.state_dict(), "optimizer_state_dict": state})
    found = suggested(data, tmp_path)
    assert (found.optim.name, found.optim.lr) == (name, 0.02)


def test_a_learning_rate_that_no_setting_allows_is_refused(tmp_path: Path) -> None:
    tree = tutorial()
    tree["optimizer_state_dict"]["param_groups"][0]["lr"] = 5000.0
    with pytest.raises(CheckpointError, match="5000"):
        suggested(saved(tree), tmp_path)
