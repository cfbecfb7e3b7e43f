"""Runs whose code is written and carried out, each made in a moment."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mlcore import checkpoint
from mlcore.commands import Continue, Edit, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.events import Event, Paused
from mlcore.export import notebook, recipe_of, script
from mlcore.run import execute
from mlcore.runs import History, RunFolder, RunStore, ask_resume, send

_DRIVER = """
import json, runpy, sys
import torch

for file, data, losses in json.loads(sys.argv[1]):
    if file.endswith(".py"):
        sys.argv = [file, "--data", data, "--losses", losses]
        names = runpy.run_path(file, run_name="__main__")
    else:
        names = {"__name__": "__main__"}
        for cell in json.load(open(file))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)
            if "parameters" in cell["metadata"].get("tags", []):
                names |= {"data_folder": data, "losses_file": losses}
    torch.save(names["model"].state_dict(), losses + ".pt")
assert "mlcore" not in sys.modules
"""
"""Carries out scripts and notebooks one after another: torch is imported once."""

_SMALL = {
    "data.name": "digits",
    "data.train_limit": 210,
    "data.batch_size": 32,
    "model.hidden": [16],
    "optim.lr": 0.05,
    "train.epochs": 2,
    "train.device": "cpu",
}


@dataclass(frozen=True)
class Result:
    """What a script or a notebook left behind."""

    losses: list[float]
    weights: Mapping[str, torch.Tensor]


class Runs:
    """Makes runs in a folder, and carries out their code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = RunStore(folder / "runs")

    def train(
        self,
        changes: Mapping[str, Any] | None = None,
        edits: Mapping[int, Sequence[Mapping[str, Any]]] | None = None,
        *,
        stop: int | None = None,
        threads: int = 1,
    ) -> History:
        """A run with its edits after these steps; stopped after `stop`, if it is given."""
        folder = self.store.create(RunConfig.from_flat(_SMALL | dict(changes or {})))
        execute(folder, threads=threads, observe=_steered(folder, edits or {}, stop))
        return history_of(folder)

    def fork(
        self, parent: History, file: Path, changes: Mapping[str, Any], *, stop: int | None = None
    ) -> History:
        """A fork from a checkpoint of another run; stopped after `stop`, if it is given."""
        state = checkpoint.load(file)
        assert state.config is not None
        config = state.config.with_values(changes)
        folder = self.store.create(config, parent=parent.folder.id, checkpoint=file)
        execute(folder, threads=1, observe=_steered(folder, {}, stop, begun=state.step or 0))
        return history_of(folder)

    def resume(self, run: History, changes: Mapping[str, Any] | None = None) -> History:
        """The same run, resumed to its end."""
        ask_resume(run.folder, changes)
        execute(run.folder, threads=1)
        return history_of(run.folder)

    def carry_out(self, runs: Mapping[str, Any], data: Path, *, suffix: str) -> dict[str, Result]:
        """Name → what its code did: a script (".py") or a notebook (".ipynb").

        Args:
            runs: name → history, or recipe.
            data: folder of the data sets.
            suffix: of the files.
        """
        write = script if suffix == ".py" else notebook
        jobs = []
        for name, run in runs.items():
            file, losses = (self.folder / f"{name}{end}" for end in (suffix, f"{suffix}.losses"))
            file.write_text(write(recipe_of(run) if isinstance(run, History) else run))
            jobs.append((str(file), str(data), str(losses)))
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _DRIVER, json.dumps(jobs)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=280,
        )
        assert done.returncode == 0, done.stderr[-3_000:]
        return {
            name: Result(
                [float(line) for line in Path(losses).read_text().splitlines()],
                torch.load(f"{losses}.pt"),
            )
            for name, (_, _, losses) in zip(runs, jobs, strict=True)
        }


def history_of(folder: RunFolder) -> History:
    history = History(folder)
    history.refresh()
    return history


def _steered(
    folder: RunFolder,
    edits: Mapping[int, Sequence[Mapping[str, Any]]],
    stop: int | None,
    *,
    begun: int = 0,
) -> Callable[[Event], None]:
    """An observer that edits and stops a run when exactly so many steps are done."""
    places = sorted({*edits, *([stop] if stop else [])})

    def go_on(step: int) -> None:
        later = [place for place in places if place > step]
        send(folder, RunSteps(count=later[0] - step) if later else Continue())

    def observe(event: Event) -> None:
        if not isinstance(event, Paused):
            return
        for changes in edits.get(event.step, ()):
            send(folder, Edit(changes=changes))
        if event.step == stop:
            send(folder, Stop())
        else:
            go_on(event.step)

    if places:
        go_on(begun)
    return observe


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Runs of this module, each with one thread unless it says otherwise."""
    threads = torch.get_num_threads()
    yield Runs(tmp_path_factory.mktemp("code"))
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def tiny_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as torchvision lays it, with a few random images in each of two data sets."""
    root = tmp_path_factory.mktemp("sets")
    for folder, stem, first, classes in (
        ("MNIST", "{}-images-idx3-ubyte {}-labels-idx1-ubyte", 0, 10),
        (
            "EMNIST",
            "emnist-letters-{}-images-idx3-ubyte emnist-letters-{}-labels-idx1-ubyte",
            1,
            26,
        ),
    ):
        numbers = np.random.default_rng(classes)
        for part, count in (("train", 230), ("t10k" if folder == "MNIST" else "test", 60)):
            images, labels = (root / folder / "raw" / n for n in stem.format(part, part).split())
            images.parent.mkdir(parents=True, exist_ok=True)
            pixels = numbers.integers(0, 256, (count, 28, 28), dtype=np.uint8)
            images.write_bytes(struct.pack(">HBB3I", 0, 8, 3, *pixels.shape) + pixels.tobytes())
            kinds = numbers.integers(first, first + classes, count, dtype=np.uint8)
            labels.write_bytes(struct.pack(">HBBI", 0, 8, 1, count) + kinds.tobytes())
    return root
