"""`mlcore diagnose`: what a run shows, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Shell = Callable[..., Any]
HIGH = (
    "--data.name digits --data.validation 200 --data.batch-size 32 --optim.lr 20 --train.epochs 4 "
    "--train.device cpu --train.threads 1"
)


def test_a_run_that_starts_well_is_said_to(shell: Shell, trained: Path) -> None:
    answer = shell(f"diagnose {trained.name}")
    assert answer.status == 0
    assert "+ Starts as it should (step 1)" in answer.out
    records = shell(f"diagnose {trained.name} --json").records
    assert "start_expected" in [record["kind"] for record in records]


def test_a_rate_far_too_high_is_found_with_a_flag_to_try(shell: Shell, runs: Path) -> None:
    assert shell(f"train {HIGH} --name high --json").status in (0, 1)
    (folder,) = [path for path in runs.iterdir() if (path / "config.json").exists()]
    answer = shell(f"diagnose {folder.name}")
    assert "! Learning rate too high" in answer.out or "! Diverging" in answer.out
    assert "--optim.lr 0.1" in answer.out


def test_a_run_must_be_named(shell: Shell, runs: Path) -> None:
    answer = shell("diagnose")
    assert answer.status == 2
    assert "`mlcore diagnose` needs a run" in answer.err
