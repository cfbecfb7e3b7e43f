"""What sets a run apart, in a few words."""

from __future__ import annotations

import pytest

from dashboard.words.differences import differences
from mlcore.config import EXECUTION, SETTINGS, RunConfig
from mlcore.presets import PRESETS


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_has_its_name_wherever_it_runs(preset):
    config = PRESETS[preset]
    assert differences(config) == preset
    assert differences(config.with_values({"train.device": "cpu", "train.threads": 3})) == preset


@pytest.mark.parametrize(
    ("preset", "changes", "words"),
    [
        ("Quick start", {"optim.lr": 0.05, "data.batch_size": 256}, "lr 0.05 · batch 256"),
        ("Quick start", {"model.hidden": (512, 256)}, "hidden 512-256"),
        ("Quick start", {"model.hidden": ()}, "no hidden layers"),
        ("Quick start", {"data.name": "fashion_mnist"}, "Fashion-MNIST"),
        ("Quick start", {"model.batch_norm": True, "train.seed": 0}, "batch norm"),
        ("Quick start, exact", {"optim.lr": 0.1}, "lr 0.1 · none held out"),
        ("Fast 98 %", {"train.epochs": 20}, "Fast 98 % · 20 epochs"),
        ("Fast 98 %", {"model.batch_norm": False}, "Fast 98 % · no batch norm"),
    ],
)
def test_what_differs_is_said(preset, changes, words):
    assert differences(PRESETS[preset].with_values(changes)) == words


def test_of_many_differences_the_most_telling_are_named_and_the_others_counted():
    changes = {"optim.lr": 0.05, "data.batch_size": 32, "model.dropout": 0.5, "train.seed": 7}
    config = PRESETS["Quick start"].with_values(changes)
    assert differences(config) == "dropout 0.5 · lr 0.05 · batch 32 · +1"
    assert differences(config, None) == "dropout 0.5 · lr 0.05 · batch 32 · seed 7"


def test_every_setting_that_counts_can_be_said():
    config = RunConfig().flat()
    others = {"data.name": "digits", "optim.schedule": "step", "train.loss": "cross_entropy"}
    for name in SETTINGS:
        if name in EXECUTION or name not in others:
            continue
        assert config[name] != others[name]
        assert name not in differences(RunConfig().with_values({name: others[name]}))
