"""`mlcore train`: a run from its settings to its end, in the foreground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import read, switch, text
from mlcore.cli.files import bring_data
from mlcore.cli.presets import find_preset
from mlcore.cli.runs import RUNS, open_store
from mlcore.config import SETTINGS, RunConfig
from mlcore.runs.active.queue import RunQueue

__all__ = ["JSON", "STEPS", "run"]

JSON = switch("one JSON object a line: what happens while the run trains")
STEPS = switch("with --json, also every step's loss")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Train a model. Without options this is the PyTorch quick start: an MLP on MNIST."""

    preset: Annotated[
        str, text("named settings to start from, such as fast-98; see `mlcore presets`", "none")
    ] = ""
    name: Annotated[str, text("what to call the run", "nothing")] = ""
    runs: Annotated[str, RUNS] = ""
    json: Annotated[bool, JSON] = False
    steps: Annotated[bool, STEPS] = False


def run(argv: Sequence[str]) -> int:
    """Make a run of these settings and train it."""
    base = _preset(argv)
    options, given = read("train", Options, argv, settings=SETTINGS, base=base)
    config = base.with_values(given)
    bring_data(config.data)

    from mlcore.device import resolve  # loads torch

    resolve(config.train.device)  # before there is a folder
    store = open_store(options.runs)
    folder = RunQueue(store.root).claim(lambda: store.create(config, name=options.name))

    from mlcore.cli.follow import follow

    return follow(folder, as_json=options.json, steps=options.steps)


def _preset(argv: Sequence[str]) -> RunConfig:
    """The settings below the flags: the help shows them, so they are looked for first."""
    base = RunConfig()
    for place, word in enumerate(argv):
        flag, equals, value = word.partition("=")
        if flag == "--preset":
            follows = [value] if equals else argv[place + 1 : place + 2]
            named = [name for name in follows if not name.startswith("--")]
            base = find_preset(named[0]) if named else base  # its absence is told further on
    return base
