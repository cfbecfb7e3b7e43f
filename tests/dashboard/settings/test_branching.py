"""What a fork does otherwise than its parent, by what the sidebar holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.settings.branching import branch_changes, branch_config, branch_epochs, point_words
from mlcore.config import RunConfig
from mlcore.errors import SettingsError
from mlcore.runs.library.forks import ForkPoint

SGD = RunConfig.from_flat({"data.name": "digits", "train.epochs": 5, "optim.momentum": 0.5})
SAVED = ForkPoint(file=Path("step-00000078.pt"), step=78, epoch=2, ends_epoch=True, config=SGD)
FIRST = ForkPoint(file=None, step=0, epoch=0, initial=True, config=SGD)


def sidebar(**changes):
    return SGD.flat() | {name.replace("__", "."): value for name, value in changes.items()}


def test_a_checkpoint_takes_what_an_edit_can_change():
    values = sidebar(optim__lr=0.5, model__hidden=(8,), train__seed=3, train__epochs=9)
    changes = branch_changes(SAVED, values)
    assert changes == {"optim.lr": 0.5}
    config = branch_config(SAVED, changes, 4)
    assert (config.train.epochs, config.optim.lr, config.model.hidden) == (6, 0.5, (128, 64))


def test_initial_weights_take_all_that_leaves_them_as_they_are():
    values = sidebar(
        optim__name="adam",
        data__batch_size=128,
        model__hidden=(8,),
        train__seed=3,
        train__threads=2,
        data__name="mnist",
        model__dropout=0.25,
    )
    changes = branch_changes(FIRST, values)
    assert changes is not None
    assert changes["optim.name"] == "adam"
    assert (changes["data.batch_size"], changes["model.dropout"]) == (128, 0.25)
    assert not {"model.hidden", "train.seed", "train.threads", "data.name"} & set(changes)
    config = branch_config(FIRST, changes, 3)
    assert (config.data.name, config.model.hidden, config.train.epochs) == ("digits", (128, 64), 3)


def test_a_refused_value_on_the_left_gives_no_fork():
    changes = branch_changes(FIRST, sidebar(optim__lr="fast"))
    assert changes is None
    with pytest.raises(SettingsError, match="A setting in the sidebar"):
        branch_config(FIRST, changes, 3)


@pytest.mark.parametrize("epochs", [-1, 0, 10_001])
def test_a_number_of_epochs_that_cannot_be_trained_is_refused(epochs):
    with pytest.raises(SettingsError, match="must be a whole number at least 1"):
        branch_config(SAVED, {}, epochs)


@pytest.mark.parametrize(
    ("point", "wanted", "epochs"), [(SAVED, 5, 3), (SAVED, 2, 2), (FIRST, 5, 5)]
)
def test_epochs_left_of_those_asked_for_or_as_many_again(point, wanted, epochs):
    assert branch_epochs(point, wanted) == epochs


def test_points_in_words():
    inside = ForkPoint(file=Path("step-00000050.pt"), step=1_050, epoch=1, config=SGD)
    assert point_words(SAVED) == "Epoch 2 (step 78)"
    assert point_words(FIRST) == "The same initial weights"
    assert point_words(inside) == "Step 1,050, in epoch 2"
