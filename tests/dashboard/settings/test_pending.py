"""What the sidebar asks of a run that trains."""

from __future__ import annotations

import pytest

from dashboard.settings.pending import change_words, fixed_changes, pending_changes
from mlcore.config import RunConfig

SGD = RunConfig.from_flat({"data.name": "digits", "data.validation": 200, "optim.momentum": 0.9})
PLAIN = RunConfig.from_flat({"data.name": "digits", "data.validation": 0})


def test_a_sidebar_like_the_run_asks_for_nothing():
    assert pending_changes(SGD, SGD.flat()) == {}


@pytest.mark.parametrize(
    ("wanted", "changes"),
    [
        ({"optim.lr": 0.01}, {"optim.lr": 0.01}),
        ({"data.batch_size": 128, "train.epochs": 9}, {"data.batch_size": 128, "train.epochs": 9}),
        ({"model.hidden": (8,), "data.name": "mnist", "train.seed": 7}, {}),
        ({"optim.schedule": "cosine"}, {"optim.schedule": "cosine"}),
        ({"optim.gamma": 0.5}, {}),  # means nothing without a schedule
        ({"optim.lr": "0.02"}, {"optim.lr": 0.02}),
        ({"optim.lr": -1.0}, {}),
        ({"optim.lr": "fast"}, {}),
    ],
)
def test_what_differs_and_can_change_is_asked_for(wanted, changes):
    assert pending_changes(SGD, SGD.flat() | wanted) == changes


def test_the_optimizer_of_the_sidebar_does_not_take_the_momentum_of_the_run():
    assert pending_changes(SGD, SGD.flat() | {"optim.name": "adam"}) == {}


def test_early_stopping_is_not_asked_of_a_run_that_holds_nothing_out():
    sidebar = PLAIN.flat() | {"data.validation": 200, "train.patience": 3}
    assert pending_changes(PLAIN, sidebar) == {}


def test_changes_are_written_with_what_was_before():
    changes = {"optim.lr": 0.01, "optim.nesterov": True, "optim.schedule": "one_cycle"}
    words = change_words(SGD, changes)
    assert words == "Learning rate 0.003 → 0.01, Nesterov off → on, Schedule Constant → One cycle"


def test_only_what_was_touched_is_asked_for():
    sidebar = SGD.flat() | {"data.batch_size": 256, "train.epochs": 40, "optim.lr": 0.01}
    assert pending_changes(SGD, sidebar, ()) == {}
    assert pending_changes(SGD, sidebar, {"optim.lr"}) == {"optim.lr": 0.01}


def test_a_refused_value_that_was_not_touched_keeps_no_other_back():
    sidebar = SGD.flat() | {"data.batch_size": "many", "optim.lr": 0.01}
    assert pending_changes(SGD, sidebar, {"optim.lr"}) == {"optim.lr": 0.01}


def test_what_was_touched_and_cannot_change_is_told_apart():
    sidebar = SGD.flat() | {"model.hidden": (8,), "train.seed": 7, "optim.lr": 0.01}
    touched = {"model.hidden", "optim.lr", "optim.name"}
    assert fixed_changes(SGD, sidebar, touched) == {"model.hidden": (8,)}
    assert fixed_changes(SGD, sidebar | {"model.hidden": "x"}, touched) == {}
