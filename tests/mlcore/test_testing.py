"""A checkpoint on a data set."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from mlcore.checkpoint import Checkpoint, build_model, load
from mlcore.checkpoint.write import save_weights
from mlcore.config import ModelConfig, RunConfig
from mlcore.data import tensors
from mlcore.errors import CheckpointError, SettingsError
from mlcore.evaluation import evaluate
from mlcore.model import MLP
from mlcore.testing import data_config, data_on_disk, evaluate_checkpoint


def weights(folder: Path, outputs: int = 10, scale: float = 1) -> Checkpoint:
    torch.manual_seed(0)
    model = MLP(ModelConfig(hidden=(8,)), outputs=outputs)
    state = {name: weight * scale for name, weight in model.state_dict().items()}
    save_weights(folder / "weights.pt", state)
    return load(folder / "weights.pt")


def trained_on(found: Checkpoint, name: str, fingerprint: str) -> Checkpoint:
    data = {"name": name, "fingerprint": fingerprint, "mean": 0.2, "std": 0.4, "classes": ()}
    return dataclasses.replace(found, data=data, mean=0.2, std=0.4)


def test_the_figures_are_those_of_the_model_on_the_whole_test_set(tmp_path: Path) -> None:
    found = weights(tmp_path)
    config = data_config(found, {"name": "digits"})
    report = evaluate_checkpoint(found, config, mistakes=3)
    data = tensors.load(RunConfig.from_flat({"data.name": "digits"}).data, 0)
    assert report.evaluation == evaluate(build_model(found), data.test, data)
    assert len(report.mistakes) == 3
    assert report.warnings == ()


def test_a_checkpoint_is_tested_on_its_own_data_unless_others_are_chosen(tmp_path: Path) -> None:
    found = trained_on(weights(tmp_path), "digits", "")
    config = data_config(found, {})
    assert (config.name, config.mean, config.std) == ("digits", 0.2, 0.4)
    config = data_config(found, {"name": "mnist", "std": 1})
    assert (config.name, config.mean, config.std) == ("mnist", 0.2, 1)
    with pytest.raises(SettingsError, match="did you mean"):
        data_config(found, {"name": "digit"})


def test_what_a_person_says_counts_where_the_file_says_nothing(tmp_path: Path) -> None:
    said = weights(tmp_path).assuming({"activation": "tanh", "mean": 0.3, "std": 0.7})
    assert said.model_config.activation == "tanh"
    config = data_config(said, {})
    assert (config.mean, config.std) == (0.3, 0.7)
    stated = trained_on(said, "digits", "").assuming({"mean": 0.9})
    assert stated.mean == 0.2


def test_other_images_than_those_of_the_training_are_said(tmp_path: Path) -> None:
    bare = weights(tmp_path)
    config = data_config(bare, {"name": "digits"})
    other = evaluate_checkpoint(trained_on(bare, "digits", "another"), config)
    assert [str(warning) for warning in other.warnings] == [
        "The files of Digits (bundled) differ from those that the model was trained on."
    ]
    fashion = evaluate_checkpoint(trained_on(bare, "fashion_mnist", ""), config)
    assert [str(warning) for warning in fashion.warnings] == [
        "The model was trained on Fashion-MNIST, but is tested on Digits (bundled)."
    ]
    strange = evaluate_checkpoint(trained_on(bare, "x\n" * 99, ""), config)
    assert len(str(strange.warnings[0])) < 130
    assert "\n" not in str(strange.warnings[0])


def test_a_model_that_cannot_answer_is_an_error(tmp_path: Path) -> None:
    config = data_config(weights(tmp_path), {"name": "digits"})
    with pytest.raises(CheckpointError, match="NaN or infinity"):
        evaluate_checkpoint(weights(tmp_path, scale=1e38), config)
    with pytest.raises(CheckpointError, match="has 26 classes, but Digits"):
        evaluate_checkpoint(weights(tmp_path, 26), config)


def test_data_that_are_not_here_are_none(
    tmp_path: Path, tiny_idx_root: Callable[..., Path]
) -> None:
    found = weights(tmp_path)
    assert data_on_disk(data_config(found, {"name": "mnist", "root": str(tmp_path)})) is None
    root = str(tiny_idx_root())
    data = data_on_disk(data_config(found, {"name": "mnist", "root": root}))
    assert data is not None
    assert len(data.test) == 50
