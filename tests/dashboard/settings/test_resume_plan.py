from __future__ import annotations

from typing import Any

import pytest

from dashboard.settings.resume_plan import data_sets_for, resume_config, why_not_resumable
from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.errors import CheckpointError

SIDEBAR = RunConfig(
    data=DataConfig(name="digits", root="/here", validation=200),
    optim=OptimConfig(momentum=0.9, nesterov=True),
    train=TrainConfig(epochs=4, device="cpu"),
)
TUTORIAL: dict[str, Any] = {
    "resumable": True,
    "missing": ["It cannot be resumed exactly: it holds no random state and no batch order."],
    "epoch": 3,
    "settings": None,
    "hidden": [32],
    "batch_norm": False,
    "activation": "relu",
    "outputs": 10,
    "optimizer": "adam",
}


def test_a_full_checkpoint_goes_on_with_its_own_settings_and_the_sidebars_epochs() -> None:
    own = RunConfig(
        data=DataConfig(name="mnist", root="/theirs", batch_size=16),
        optim=OptimConfig(lr=0.5),
        train=TrainConfig(epochs=9, device="cuda:3", seed=5),
    )
    config = resume_config(TUTORIAL | {"settings": own.to_json()}, SIDEBAR, {})
    assert config == own.with_values(
        {"train.epochs": 3 + 4, "data.root": "/here", "train.device": "cpu"}
    )


def test_the_tutorials_form_takes_the_sidebars_settings_bent_to_what_the_file_shows() -> None:
    config = resume_config(TUTORIAL, SIDEBAR, {"activation": "tanh", "mean": 0.1307, "std": 0.3081})
    assert config.model == ModelConfig(hidden=(32,), activation="tanh")
    assert (config.data.mean, config.data.std) == (0.1307, 0.3081)
    assert config.optim.name == "adam"
    assert config.optim.momentum == 0  # means nothing to adam, and is left at its default
    assert config.train.epochs == 3 + 4
    assert config.data.name == "digits"


def test_a_model_of_other_classes_gets_a_data_set_that_fits_it() -> None:
    config = resume_config(TUTORIAL | {"outputs": 26}, SIDEBAR, {})
    assert config.data.name == "emnist_letters"


def test_a_model_that_no_data_set_fits_is_a_sentence() -> None:
    with pytest.raises(CheckpointError, match="tells 3 classes apart, and no data set"):
        resume_config(TUTORIAL | {"outputs": 3}, SIDEBAR, {})


def test_weights_alone_cannot_be_resumed_and_the_reason_is_told() -> None:
    weights = TUTORIAL | {
        "resumable": False,
        "missing": ["It cannot be resumed: it holds no optimizer state.", "It holds no settings."],
    }
    assert why_not_resumable(weights) == "It cannot be resumed: it holds no optimizer state."
    with pytest.raises(CheckpointError, match="no optimizer state"):
        resume_config(weights, SIDEBAR, {})
    assert why_not_resumable(TUTORIAL) == ""


def test_data_sets_are_found_by_their_number_of_classes() -> None:
    assert data_sets_for(47) == ("emnist_balanced",)
    assert {"mnist", "digits"} < set(data_sets_for(10))
    assert data_sets_for(3) == ()
