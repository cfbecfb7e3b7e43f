"""Test accuracy and seconds of training of every preset, over several seeds."""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
from pathlib import Path

from mlcore import run as runner
from mlcore.events import Finished
from mlcore.presets import PRESETS
from mlcore.runs import RunStore

__all__ = ["table"]


def table(seeds: int) -> str:
    """A Markdown table; the spread is the standard deviation over the seeds."""
    lines = [
        f"| preset | test accuracy, {seeds} seeds | lowest to highest | epochs | s of training |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, preset in PRESETS.items():
        accuracies, seconds = [], []
        for seed in range(seeds):
            train = dataclasses.replace(preset.train, seed=seed, device="cpu")
            config = dataclasses.replace(preset, train=train)
            with tempfile.TemporaryDirectory() as folder:
                event = runner.execute(RunStore(Path(folder)).create(config))
            if not isinstance(event, Finished):
                raise RuntimeError(f"{name}, seed {seed}: {event}")
            accuracies.append(100 * event.test_accuracy)
            seconds.append(event.seconds)
        lines.append(
            f"| {name} | {statistics.mean(accuracies):.2f} % ± {statistics.stdev(accuracies):.2f} "
            f"| {min(accuracies):.2f} to {max(accuracies):.2f} % | {preset.train.epochs} "
            f"| {statistics.median(seconds):.1f} |"
        )
    return "\n".join(lines)
