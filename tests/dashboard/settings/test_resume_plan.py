from __future__ import annotations

from typing import Any

import pytest

from dashboard.settings.resume_plan import origins, resume_plan, why_not_resumable
from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.errors import CheckpointError, Notice, to_json

INEXACT = Notice("It cannot be resumed exactly: it holds no random state and no batch order.")
NO_OPTIMIZER = CheckpointError("It cannot be resumed: it holds no optimizer state.")
SIDEBAR = RunConfig(
    data=DataConfig(name="digits", root="/here", validation=200),
    optim=OptimConfig(lr=0.5, momentum=0.9, nesterov=True, clip_norm=3),
    train=TrainConfig(epochs=4, device="cpu"),
)
ADAM = {
    "optim.name": "adam",
    "optim.lr": 0.002,
    "optim.momentum": 0.0,
    "optim.nesterov": False,
    "optim.weight_decay": 1e-4,
}
TENSORS = {"model.hidden": [32], "model.batch_norm": False}
TUTORIAL: dict[str, Any] = {
    "resumable": True,
    "missing": [to_json(INEXACT)],
    "epoch": 3,
    "settings": None,
    "suggested": {
        "settings": TENSORS | ADAM,
        "sources": dict.fromkeys(TENSORS, "tensors") | dict.fromkeys(ADAM, "optimizer"),
        "outputs": 10,
    },
}


def test_a_full_checkpoint_goes_on_with_its_own_settings_and_the_sidebars_epochs() -> None:
    own = RunConfig(
        data=DataConfig(name="mnist", root="/theirs", batch_size=16),
        optim=OptimConfig(lr=0.5),
        train=TrainConfig(epochs=9, device="cuda:3", seed=5),
    )
    stated = {
        "settings": own.flat(),
        "sources": dict.fromkeys(own.flat(), "settings"),
        "outputs": 10,
    }
    plan = resume_plan(TUTORIAL | {"settings": own.to_json(), "suggested": stated}, SIDEBAR, {})
    assert plan.config == own.with_values(
        {"train.epochs": 3 + 4, "data.root": "/here", "train.device": "cpu"}
    )
    assert origins(plan) == (
        "From the file: all settings. "
        "From the sidebar: epochs, device, CPU threads and data folder."
    )


def test_the_tutorials_form_takes_the_files_optimizer_and_the_rest_from_the_sidebar() -> None:
    assumed = {"activation": "tanh", "mean": 0.1307, "std": 0.3081}
    plan = resume_plan(TUTORIAL, SIDEBAR, assumed)
    config = plan.config
    assert config.model == ModelConfig(hidden=(32,), activation="tanh")
    assert (config.data.mean, config.data.std) == (0.1307, 0.3081)
    assert config.optim == OptimConfig(name="adam", lr=0.002, weight_decay=1e-4, clip_norm=3)
    assert config.train.epochs == 3 + 4
    assert (config.data.name, config.data.validation) == ("digits", 200)
    assert origins(plan) == (
        "From the file: the layers, Optimizer Adam, Learning rate 0.002, Weight decay 0.0001. "
        "From the sidebar: everything that is not said above."
    )


def test_a_model_of_other_classes_gets_a_data_set_that_fits_it() -> None:
    letters = TUTORIAL["suggested"] | {"outputs": 26}
    plan = resume_plan(TUTORIAL | {"suggested": letters}, SIDEBAR, {})
    assert plan.config.data.name == "emnist_letters"
    assert "EMNIST" in origins(plan)


def test_weights_alone_cannot_be_resumed_and_the_reason_is_told() -> None:
    weights = TUTORIAL | {
        "resumable": False,
        "missing": [to_json(NO_OPTIMIZER), to_json(Notice("It holds no settings."))],
    }
    assert str(why_not_resumable(weights)) == str(NO_OPTIMIZER)
    with pytest.raises(CheckpointError, match="no optimizer state"):
        resume_plan(weights, SIDEBAR, {})
    assert why_not_resumable(TUTORIAL) is None
