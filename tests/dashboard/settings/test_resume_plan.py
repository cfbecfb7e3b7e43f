from __future__ import annotations

from typing import Any

from dashboard.settings.resume_plan import origins, resume_plan
from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.errors import Notice, to_json

INEXACT = Notice("It cannot be resumed exactly: it holds no random state and no batch order.")
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


def test_weights_alone_start_a_new_training_by_the_sidebars_optimizer() -> None:
    tensors = {"settings": TENSORS, "sources": dict.fromkeys(TENSORS, "tensors"), "outputs": 10}
    weights = TUTORIAL | {"resumable": False, "suggested": tensors}
    plan = resume_plan(weights, SIDEBAR, {})
    assert plan.config.train.epochs == 4  # none of the file's three is counted
    assert plan.config.optim == SIDEBAR.optim
    assert origins(plan) == (
        "From the file: the weights. From the sidebar: Optimizer SGD, Learning rate 0.5, and "
        "everything that is not said above."
    )
