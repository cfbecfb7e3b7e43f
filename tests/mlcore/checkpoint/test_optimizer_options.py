"""Optimizers that cannot be continued are named; what is not kept of the others is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import nn, optim

from mlcore.checkpoint.optimizer_options import read_options
from mlcore.errors import CheckpointError

Make = Callable[[list[nn.Parameter]], optim.Optimizer]
WEIGHTS = [nn.Parameter(torch.ones(3, 3)), nn.Parameter(torch.ones(3))]


def groups(make: Make) -> Sequence[dict[str, Any]]:
    found: Sequence[dict[str, Any]] = make(WEIGHTS).state_dict()["param_groups"]
    return found


def halves(**second: Any) -> Sequence[dict[str, Any]]:
    parts = [{"params": WEIGHTS[:1]}, {"params": WEIGHTS[1:], **second}]
    return groups(lambda _: optim.AdamW(parts))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (optim.NAdam, "NAdam"),
        (optim.RAdam, "RAdam"),
        (optim.Adamax, "a relative of Adam"),
        (optim.SparseAdam, "a relative of Adam"),
        (optim.Adadelta, "Adadelta"),
        (optim.ASGD, "ASGD"),
        (optim.Rprop, "Rprop"),
        (optim.LBFGS, "LBFGS"),
        (optim.Adafactor, "Adafactor"),
        (lambda w: optim.Muon(w[:1]), "Muon"),
    ],
)
def test_other_optimizers_are_called_by_their_names(make: Make, name: str) -> None:
    with pytest.raises(CheckpointError, match=f"is {name}.*cannot be continued"):
        read_options(groups(make), strict=False)


def test_groups_that_agree_are_one() -> None:
    found = read_options(halves(), strict=False)
    assert (found.name, found.group["lr"], found.notes) == ("adamw", 0.001, ())


@pytest.mark.parametrize("option", [{"weight_decay": 0.0}, {"lr": 0.1}, {"betas": (0.5, 0.9)}])
def test_groups_that_differ_say_in_what(option: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match=f"2 groups .* different `{next(iter(option))}`"):
        read_options(halves(**option), strict=False)


def test_how_torch_computed_makes_no_difference_between_groups() -> None:
    assert read_options(halves(foreach=True), strict=False).notes == ()


def test_a_training_that_climbs_is_not_continued() -> None:
    climbing = groups(lambda w: optim.SGD(w, maximize=True))
    with pytest.raises(CheckpointError, match="as large as it can"):
        read_options(climbing, strict=False)


@pytest.mark.parametrize(
    ("make", "note"),
    [
        (lambda w: optim.Adam(w, fused=True), "Its optimizer was `fused`"),
        (lambda w: optim.Adam(w, lr=torch.tensor(0.01)), "learning rate was a tensor"),
        (lambda w: optim.Adagrad(w, eps=0.1), "keeps the epsilon of the file, 0.1"),
        (lambda w: optim.SGD([{"params": w, "name": "x"}]), "Not used of its optimizer: `name`"),
        (lambda w: optim.SGD([{"params": w, "initial_lr": 0.5}], lr=0.1), "from 0.5 to 0.1"),
        (lambda w: optim.SGD([{"params": w, "initial_lr": 0.5}], lr=0.0), "learning rate is 0"),
    ],
)
def test_what_is_not_quite_as_it_was_is_said(make: Make, note: str) -> None:
    found = read_options(groups(make), strict=False)
    assert note in str(found.notes[0])


@pytest.mark.parametrize(
    ("decay", "name", "assumed"), [(0.0, "adam", 0), (1e-4, "adam", 1), (0.05, "adamw", 1)]
)
def test_older_files_leave_open_which_adam_it_is(decay: float, name: str, assumed: int) -> None:
    older = groups(lambda w: optim.AdamW(w, weight_decay=decay))
    del older[0]["decoupled_weight_decay"]
    found = read_options(older, strict=False)
    assert (found.name, len(found.assumed)) == (name, assumed)


@pytest.mark.parametrize(
    ("option", "value"),
    [("lr", -1.0), ("lr", "fast"), ("betas", (0.9, 1.0)), ("betas", 3), ("amsgrad", 1)],
)
def test_impossible_values_are_named(option: str, value: Any) -> None:
    (group,) = groups(optim.Adam)
    with pytest.raises(CheckpointError, match=f"`{option}` .* impossible value"):
        read_options([group | {option: value}], strict=False)


def test_a_file_of_ours_has_no_unknown_option() -> None:
    (group,) = groups(optim.Adam)
    with pytest.raises(CheckpointError, match="`hook`"):
        read_options([group | {"hook": "x"}], strict=True)
