"""What `mlcore fork` says before it trains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.cli.fork_notes import fork_notes
from mlcore.config import DataConfig, RunConfig
from mlcore.runs.library.forks import ForkPoint

CONFIG = RunConfig(data=DataConfig(name="digits", validation=200))
POINT = ForkPoint(file=Path("step-00000040.pt"), step=40, epoch=2, config=CONFIG)


def notes(changes: dict[str, Any], before: RunConfig = CONFIG) -> list[str]:
    point = ForkPoint(file=POINT.file, step=40, epoch=2, config=before)
    return list(fork_notes(point, before.with_values(changes)))


@pytest.mark.parametrize("changes", [{}, {"optim.lr": 0.1, "train.epochs": 9}])
def test_a_training_that_goes_on_needs_no_word(changes: dict[str, Any]) -> None:
    assert notes(changes) == []


def test_a_training_that_begins_anew_says_so_and_why() -> None:
    (said,) = notes({"train.dtype": "float64", "optim.name": "adam", "optim.lr": 0.1})
    assert "a new training with the weights alone, and counts its epochs from 1" in said
    assert "`optim.name` and `train.dtype` cannot change" in said


def test_images_held_out_that_were_trained_on_are_counted() -> None:
    plain = CONFIG.with_values({"data.validation": 0})
    _, said = notes({"data.validation": 100}, plain)
    assert said.startswith("100 of the 100 images that are held out now were trained on before")
    _, said = notes({"data.validation": 300})
    assert said.startswith("100 of the 300 images")
    _, said = notes({"train.seed": 1})
    assert 100 < int(said.split(" of the 200")[0]) < 200
    assert len(notes({"data.validation": 50})) == 1  # all of them were held out before
    assert len(notes({"data.name": "mnist"})) == 1


def test_nothing_was_trained_on_at_the_beginning() -> None:
    first = ForkPoint(file=None, step=0, epoch=0, initial=True, config=CONFIG)
    assert list(fork_notes(first, CONFIG.with_values({"data.validation": 0}))) == []


def test_the_shell_says_it_and_trains(shell: Callable[..., Any], trained: Path) -> None:
    answer = shell(f"fork {trained.name} --train.dtype float64 --train.epochs 1 --json")
    assert answer.status == 0, answer.err
    assert "mlcore: It begins a new training with the weights alone" in answer.err
