"""Any settings, with any edits at any steps: the script gives the run's losses and weights."""

from __future__ import annotations

import contextlib
import io
import random
import sys
import warnings
from typing import Any

import pytest
import torch

from mlcore.commands import Continue, Edit, RunSteps
from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.errors import MlcoreError
from mlcore.export import Recipe, script
from mlcore.trainer import Trainer

pytestmark = pytest.mark.slow

SCHEDULES = ("constant", "step", "cosine", "plateau", "one_cycle")
SHAPES = ("optim.step_every", "optim.gamma", "optim.min_lr", "optim.warmup")


class Dice:
    """Settings and edits, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self, *choices: Any) -> Any:
        return self._random.choice(choices)

    def settings(self) -> dict[str, Any]:
        name, schedule = (
            self.one("sgd", "adam", "adamw", "rmsprop", "adagrad"),
            self.one(*SCHEDULES),
        )
        held_out = self.one(0, 20)
        return {
            "data.name": "digits",
            "data.train_limit": self.one(70, 96, 129),
            "data.batch_size": self.one(3, 16, 32, 50),
            "data.drop_last": self.one(False, True),
            "data.validation": held_out,
            "model.hidden": self.one((), (1,), (20, 12)),
            "model.activation": self.one("relu", "leaky_relu", "gelu", "silu", "tanh"),
            "model.dropout": self.one(0.0, 0.3),
            "model.batch_norm": self.one(False, True),
            "optim.name": name,
            "optim.schedule": schedule,
            "train.loss": self.one("nll", "cross_entropy"),
            "train.epochs": self.one(1, 2, 3, 4),
            "train.patience": self.one(0, 0, 1, 2) if held_out else 0,
            **self.optimizer(name),
            **self.schedule(schedule),
        }

    def optimizer(self, name: str) -> dict[str, Any]:
        found = {"optim.lr": self.one(0.001, 0.02), "optim.weight_decay": self.one(0.0, 0.01)}
        found["optim.clip_norm"] = self.one(0.0, 0.5, 0.05)
        match name:
            case "sgd" | "rmsprop":
                found["optim.momentum"] = self.one(0.0, 0.9)
            case "adam" | "adamw":
                found |= {"optim.beta1": self.one(0.9, 0.5), "optim.beta2": self.one(0.999, 0.9)}
            case "adagrad":
                found["optim.lr_decay"] = self.one(0.0, 0.05)
        return found

    def schedule(self, name: str) -> dict[str, Any]:
        choices = {
            "step": {"optim.step_every": self.one(1, 2), "optim.gamma": self.one(0.5, 0.1)},
            "cosine": {"optim.min_lr": self.one(0.0, 0.0005)},
            "plateau": {"optim.gamma": 0.5, "optim.plateau_patience": self.one(0, 1)},
            "one_cycle": {"optim.warmup": self.one(0.21, 0.6)},
        }
        return choices.get(name, {})

    def edit(self, config: RunConfig) -> dict[str, Any]:
        schedule = self.one(*SCHEDULES)
        stock = {name: RunConfig().flat()[name] for name in (*SHAPES, "optim.plateau_patience")}
        some = self.optimizer(config.optim.name)
        name = self.one(*some)
        return self.one(
            {"data.batch_size": self.one(3, 5, 16, 50)},
            {"train.epochs": self.one(1, 2, 3, 5)},
            {"train.patience": self.one(0, 1, 2) if config.data.validation else 0},
            {**stock, "optim.schedule": schedule, **self.schedule(schedule)},
            some,
            {name: some[name]},
        )

    def steps(self) -> list[int]:
        count = self.one(0, 1, 2, 5)
        return sorted(self._random.randrange(30) for _ in range(count))


def trained(dice: Dice) -> tuple[Recipe, list[float], torch.nn.Module] | None:
    """What a run was made of and what came of it; None where settings are refused."""
    try:
        config = RunConfig.from_flat(dice.settings())
        data, waiting = load(config.data, config.train.seed), dice.steps()

        def commands():
            found = []
            while waiting and waiting[0] <= trainer.step:
                waiting.pop(0)
                found.append(Edit(changes=dice.edit(trainer.config)))
            return [*found, RunSteps(count=1) if waiting else Continue()]

        trainer = Trainer(config, data, commands=commands)
        events = list(trainer.events())
    except MlcoreError:
        return None
    losses = [loss for event in events if event.kind == "steps" for loss in event.losses]
    edits = [event for event in events if event.kind == "edited"]
    recipe = Recipe(config=config, edits=edits, threads=1, images=len(data.train))
    return recipe, losses, trainer.model


@pytest.mark.parametrize("seed", range(4))
def test_a_script_gives_the_losses_and_weights_of_any_run(tmp_path, monkeypatch, seed):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["train.py"])
    torch.set_num_threads(1)
    dice, runs, edits = Dice(seed), 0, 0
    while runs < 8:
        if (found := trained(dice)) is None:
            continue
        recipe, losses, model = found
        names: dict[str, Any] = {}
        text = script(recipe)
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("error")
            exec(compile(text, "train.py", "exec"), names)
        assert names["losses"] == losses, text
        weights = zip(
            model.state_dict().values(), names["model"].state_dict().values(), strict=True
        )
        assert all(torch.equal(ours, theirs) for ours, theirs in weights), text
        runs, edits = runs + 1, edits + len(recipe.edits)
    assert edits
