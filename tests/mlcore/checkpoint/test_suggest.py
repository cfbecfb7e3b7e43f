"""The settings that a run from a checkpoint file gets, and who gave them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from checkpoint_corpus.good import DATA, mlp, saved, snapshot, tutorial, weights

from mlcore.checkpoint import load
from mlcore.checkpoint.suggest import ResumePlan, Suggestion, data_sets_for, plan_resume, suggest
from mlcore.checkpoint.write import full_tree
from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig
from mlcore.errors import CheckpointError
from mlcore.rules import Value
from mlcore.testing import data_config

BASE = RunConfig(optim=OptimConfig(name="adam", schedule="cosine"))


def plan(data: bytes, folder: Path, base: RunConfig = BASE, **own: Value) -> ResumePlan:
    (folder / "a.pt").write_bytes(data)
    given = {name.replace("__", "."): value for name, value in own.items()}
    return plan_resume(suggest(load(folder / "a.pt")), base, given)


def test_stated_settings_are_kept(tmp_path: Path) -> None:
    before = snapshot()
    found = plan(saved(full_tree(before, DATA)), tmp_path)
    assert found.config.to_json() == before["config"]
    assert found.states_all


def test_weights_alone_bring_their_architecture(tmp_path: Path) -> None:
    found = plan(saved(weights(7, batch_norm=True)), tmp_path)
    assert found.config.model == ModelConfig(hidden=(7,), batch_norm=True)
    assert found.config.optim == BASE.optim
    assert found.from_file == {"model.hidden": "tensors", "model.batch_norm": "tensors"}


def test_the_tutorials_optimizer_is_the_files_and_its_schedule_the_bases(tmp_path: Path) -> None:
    found = plan(saved(tutorial()), tmp_path)
    assert found.config.optim == OptimConfig(name="sgd", lr=0.003, momentum=0.9, schedule="cosine")
    assert not found.states_all
    assert found.optimizer() == {
        "optim.name": "sgd",
        "optim.lr": 0.003,
        "optim.momentum": 0.9,
        "optim.weight_decay": 0,
    }


def test_what_one_gives_oneself_counts_more_than_the_file(tmp_path: Path) -> None:
    found = plan(saved(tutorial()), tmp_path, optim__lr=0.5, train__epochs=9)
    assert (found.config.optim.lr, found.config.optim.momentum) == (0.5, 0.9)
    assert found.config.train.epochs == 9
    assert "optim.lr" not in found.optimizer()


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
def test_every_optimizer_is_recognised_by_its_options(
    tmp_path: Path, made: type[torch.optim.Optimizer], name: str
) -> None:
    model = mlp(4, 3)
    state = made(model.parameters(), lr=0.02).state_dict()  # type: ignore[call-arg]
    data = saved({"model_state_dict": model.state_dict(), "optimizer_state_dict": state})
    optim = plan(data, tmp_path).config.optim
    assert (optim.name, optim.lr) == (name, 0.02)
    assert optim.weight_decay == state["param_groups"][0]["weight_decay"]


def test_a_learning_rate_that_no_setting_allows_is_refused(tmp_path: Path) -> None:
    tree = tutorial()
    tree["optimizer_state_dict"]["param_groups"][0]["lr"] = 5000.0
    with pytest.raises(CheckpointError, match="5000"):
        plan(saved(tree), tmp_path)


def test_a_model_of_other_classes_gets_a_data_set_that_fits_it(tmp_path: Path) -> None:
    base = RunConfig(data=DataConfig(validation=200))
    data = saved(dict(mlp(4, outputs=26).state_dict()))
    found = plan(data, tmp_path, base)
    assert found.fitted == found.config.data.name == "emnist_letters"
    assert found.config.data.validation == 0
    chosen = plan(data, tmp_path, base, data__name="mnist")
    assert (chosen.fitted, chosen.config.data.name) == ("", "mnist")


def test_a_model_that_no_data_set_fits_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="has 3 classes, and no data set"):
        plan(saved(dict(mlp(4, outputs=3).state_dict())), tmp_path)


def test_a_suggestion_survives_json(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(saved(tutorial()))
    before = suggest(load(tmp_path / "a.pt"))
    after = Suggestion(**json.loads(json.dumps(before.to_json())))
    assert plan_resume(after, BASE, {}) == plan_resume(before, BASE, {})


def test_data_sets_are_found_by_their_number_of_classes() -> None:
    assert data_sets_for(47) == ("emnist_balanced",)
    assert {"mnist", "digits"} < set(data_sets_for(10))
    assert data_sets_for(3) == ()


def test_a_file_says_nothing_about_this_machine(tmp_path: Path) -> None:
    theirs = snapshot()
    theirs["config"]["data"]["root"] = "/some/where"
    theirs["config"]["train"] |= {"device": "cuda:7", "threads": 1024}
    base = BASE.with_values({"data.root": "/here", "train.threads": 3})
    found = plan(saved(full_tree(theirs, DATA)), tmp_path, base)
    assert (found.config.data.root, found.config.train.device) == ("/here", "auto")
    assert found.config.train.threads == 3
    assert data_config(load(tmp_path / "a.pt"), {}).root == ""
