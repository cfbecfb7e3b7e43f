"""A run's script and notebook give its losses, carried out on their own, to the last digit."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
import torch

from mlcore import checkpoint
from mlcore.export import recipe_of, script
from mlcore.runs import History
from mlcore.runs.record.folder import checkpoint_step

pytestmark = pytest.mark.slow

ONE_CYCLE = {"optim.schedule": "one_cycle"}
SETTINGS = {
    "quick start": {"optim.lr": 0.003},
    "float64": {
        "train.dtype": "float64",
        "optim.name": "adam",
        "optim.schedule": "plateau",
        "data.validation": 60,
        "model.batch_norm": True,
        "model.dropout": 0.3,
    },
    "sgd": {
        "optim.momentum": 0.9,
        "optim.nesterov": True,
        "optim.schedule": "step",
        "optim.clip_norm": 0.5,
        "train.epochs": 3,
    },
    "dampened": {
        "optim.momentum": 0.9,
        "optim.dampening": 0.3,
        "optim.weight_decay": 0.01,
        "optim.schedule": "cosine",
        "optim.min_lr": 0.001,
        "data.validation": 50,
        "train.epochs": 3,
    },
    "adam": {"optim.name": "adam", "optim.amsgrad": True, "optim.beta1": 0.8, "optim.eps": 1e-5},
    "plateau": {
        "optim.name": "adam",
        "optim.schedule": "plateau",
        "optim.plateau_patience": 0,
        "optim.gamma": 0.5,
        "model.dropout": 0.5,
        "train.epochs": 6,
    },
    "plateau, validated": {
        "optim.name": "adam",
        "optim.schedule": "plateau",
        "optim.plateau_patience": 0,
        "data.validation": 60,
        "model.dropout": 0.3,
        "train.epochs": 6,
    },
    "adamw": {
        "optim.name": "adamw",
        "optim.weight_decay": 0.1,
        "model.batch_norm": True,
        "model.hidden": [24, 12],
        **ONE_CYCLE,
    },
    "rmsprop": {
        "optim.name": "rmsprop",
        "optim.lr": 0.002,
        "optim.momentum": 0.5,
        "optim.centered": True,
        "train.loss": "cross_entropy",
        "model.activation": "leaky_relu",
    },
    "rmsprop, one cycle": {
        "optim.name": "rmsprop",
        "data.drop_last": True,
        "optim.warmup": 0.4,
        "model.activation": "gelu",
        **ONE_CYCLE,
    },
    "adagrad": {
        "optim.name": "adagrad",
        "optim.lr_decay": 0.01,
        "model.activation": "tanh",
        "optim.schedule": "step",
        "optim.gamma": 0.5,
    },
    "one cycle without momentum": {"model.activation": "silu", **ONE_CYCLE},
    "early": {
        "optim.name": "adam",
        "data.validation": 50,
        "train.patience": 1,
        "train.epochs": 40,
    },
    "softmax": {"model.hidden": [], "train.loss": "cross_entropy", "data.mean": 0.1307},
    "sigmoid": {"model.activation": "sigmoid", "model.hidden": [9, 8, 7], "train.seed": 3},
}
EDITED = {
    "edited": (
        {"data.validation": 50, "model.dropout": 0.2, "train.epochs": 4},
        {
            3: [{"optim.lr": 0.02}],
            5: [{"optim.momentum": 0.9}],  # at the end of an epoch
            8: [{"optim.clip_norm": 0.3, "optim.weight_decay": 0.01}],
            11: [{"optim.schedule": "cosine", "optim.nesterov": True}],
            17: [{"train.patience": 2, "train.epochs": 5}],
        },
    ),
    "edited, batches too": (
        {"optim.name": "rmsprop", "optim.lr": 0.001, "train.epochs": 3, **ONE_CYCLE},
        {
            2: [{"data.batch_size": 20}],
            6: [{"optim.momentum": 0.7}],
            9: [{"optim.schedule": "plateau"}, {"optim.gamma": 0.5, "optim.plateau_patience": 0}],
            14: [{"data.batch_size": 48, "optim.alpha": 0.9}],
            20: [{"train.epochs": 4, "optim.schedule": "step"}],
        },
    ),
}


def fork_settings():
    return {"optim.name": "adam", "optim.lr": 0.01, "model.dropout": 0.2, "data.validation": 40}


@pytest.fixture(scope="module")
def runs(made, tiny_sets):
    """Name → history of every run."""
    found = {name: made.train(changes) for name, changes in SETTINGS.items()}
    for name, (changes, edits) in EDITED.items():
        found[name] = made.train(changes, edits)
        assert sum(map(len, edits.values())) >= 5 == len(edits)
    for name in ("mnist", "emnist_letters"):
        place = {"data.name": name, "data.root": str(tiny_sets), "data.validation": 30}
        found[name] = made.train(place)

    cosine = {**fork_settings(), "optim.schedule": "cosine", "train.epochs": 4}
    parent = made.train(cosine, stop=9)
    within = parent.folder.last_checkpoint()
    assert checkpoint_step(within) == 9  # in the middle of the second epoch
    found["resumed"] = made.resume(parent)
    end = next(file for file in parent.folder.checkpoints() if checkpoint_step(file) == 12)
    found["fork"] = made.fork(parent, end, {"optim.lr": 0.02, "train.epochs": 3})
    found["fork within an epoch"] = made.fork(parent, within, {"data.batch_size": 25})
    other = {"optim.name": "sgd", "optim.schedule": "one_cycle", "train.seed": 4}
    found["fork of weights"] = made.fork(parent, end, other)
    stopped = made.train(
        {"optim.schedule": "plateau", "optim.plateau_patience": 0, "model.dropout": 0.5},
        {4: [{"optim.gamma": 0.5}]},
        stop=10,
    )
    found["resumed and edited"] = made.resume(stopped, {"train.epochs": 4, "optim.clip_norm": 1.0})
    more = {"optim.name": "adam", "train.epochs": 9}
    found["stopped"] = made.train(more | ONE_CYCLE, stop=11)
    validated = more | {"data.validation": 60, "train.patience": 3}
    found["stopped between epochs"] = made.train(validated, stop=10)
    batches = {3: [{"data.batch_size": 20}], 12: [{"data.batch_size": 48}]}
    found["stopped, batches by hand"] = made.train(more, batches, stop=15)
    found["fork, stopped"] = made.fork(parent, within, {"train.epochs": 50}, stop=20)
    return found


@pytest.fixture(scope="module")
def scripts(made, runs, tiny_sets):
    return made.carry_out(runs, tiny_sets, suffix=".py")


@pytest.fixture(scope="module")
def notebooks(made, runs, tiny_sets):
    return made.carry_out(runs, tiny_sets, suffix=".ipynb")


STOPPED = {
    "stopped": "step 11, in epoch 2 of 9",
    "stopped between epochs": "step 10, after epoch 2 of 9",
    "stopped, batches by hand": "step 15, in epoch 2 of 9",
    "fork, stopped": "step 20, in epoch 4 of 50",
}
NAMES = [
    *SETTINGS,
    *EDITED,
    "mnist",
    "emnist_letters",
    "resumed",
    "fork",
    "fork within an epoch",
    "fork of weights",
    "resumed and edited",
    *STOPPED,
]


def expected(history: History) -> list[float]:
    start = recipe_of(history).start
    return history.steps[start.step if start else 0 :].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_script_gives_every_loss_and_weight_of_its_run(runs, scripts, name):
    history = runs[name]
    assert len(scripts[name].losses) > 5
    assert scripts[name].losses == expected(history)
    weights = checkpoint.load(history.folder.last_checkpoint()).model
    assert weights.keys() == scripts[name].weights.keys()
    assert all(torch.equal(weights[key], scripts[name].weights[key]) for key in weights)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_gives_what_the_script_gives(scripts, notebooks, name):
    assert notebooks[name].losses == scripts[name].losses


def test_the_runs_do_what_they_are_here_for(runs):
    assert runs["early"].outcome.early
    assert runs["plateau"].epochs[-1].lr < runs["plateau"].epochs[0].lr
    assert len(runs["edited"].edits) == 5
    assert recipe_of(runs["resumed"]).start.within
    assert not recipe_of(runs["fork of weights"]).start.continues


@pytest.mark.parametrize("name", STOPPED)
def test_the_code_of_a_stopped_run_says_where_it_stops(runs, name):
    assert runs[name].state == "stopped"
    text = script(recipe_of(runs[name]))
    assert f"The run was stopped after {STOPPED[name]}:" in text
    assert re.search(r"^stop_at = \d+", text, re.MULTILINE)
    assert "stop_at" not in script(recipe_of(runs["fork"]))


def test_losses_are_there_when_a_script_is_killed(made, runs, tiny_sets):
    """The script of a run that was stopped, told to go on for as long as it likes."""
    lines = script(recipe_of(runs["stopped"])).replace("epochs = 9", "epochs = 10_000_000")
    file, losses = made.folder / "killed.py", made.folder / "killed.losses"
    file.write_text(re.sub(r"^stop_at = .*", "stop_at = None", lines, flags=re.MULTILINE))
    words = [sys.executable, str(file), "--data", str(tiny_sets), "--losses", str(losses)]
    with subprocess.Popen(words, cwd=made.folder, stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 120
        while not (losses.exists() and losses.read_text().count("\n") > 50):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        process.kill()
    found = losses.read_text().splitlines()
    assert [float(line) for line in found[:1]] == runs["stopped"].steps[:1].tolist()


def test_a_resumed_run_from_its_own_beginning_gives_all_its_losses(made, runs, tiny_sets):
    names = ("resumed", "resumed and edited")
    recipes = {f"whole {name}": recipe_of(runs[name], whole=True) for name in names}
    results = made.carry_out(recipes, tiny_sets, suffix=".py")
    for name in names:
        assert results[f"whole {name}"].losses == runs[name].steps.tolist()


@pytest.mark.mnist
def test_on_mnist_too(made, mnist_root):
    changes = {"data.name": "mnist", "data.root": str(mnist_root), "data.train_limit": 3_000}
    history = made.train(changes | {"model.hidden": [128, 64], "data.batch_size": 64}, threads=2)
    result = made.carry_out({"mnist": history}, mnist_root, suffix=".py")["mnist"]
    assert result.losses == history.steps.tolist()
