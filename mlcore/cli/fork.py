"""`mlcore fork`: a new run that branches off from another, with other settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import POSITIONAL, read, switch, text
from mlcore.cli.files import bring_data
from mlcore.cli.resume import ask_more_epochs
from mlcore.cli.runs import RUN, RUNS, named_run
from mlcore.cli.train import JSON, STEPS
from mlcore.config import SETTINGS
from mlcore.errors import SettingsError
from mlcore.runs import History, RunStore
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.record.forks import find_point

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Train a new run that branches off from another one, which stays as it is.

    Settings are those in force there; those that may change while a run trains are edited before
    the next step. With another one (such as --optim.name) the weights alone are taken over, and
    training begins anew. --initial takes the weights from before the first step.
    """

    target: Annotated[str, POSITIONAL, RUN] = ""
    epoch: Annotated[str, text("branch off at the end of this epoch", "last checkpoint", "N")] = ""
    step: Annotated[
        str, text("branch off at the checkpoint of this step", "last checkpoint", "N")
    ] = ""
    initial: Annotated[bool, switch("begin with the same initial weights")] = False
    name: Annotated[str, text("what to call the new run", "nothing")] = ""
    runs: Annotated[str, RUNS] = ""
    json: Annotated[bool, JSON] = False
    steps: Annotated[bool, STEPS] = False


def run(argv: Sequence[str]) -> int:
    """Make the fork of a run and train it."""
    options, given = read("fork", Options, argv, settings=SETTINGS)
    epoch, step = _number("epoch", options.epoch), _number("step", options.step)
    if (epoch is not None) + (step is not None) + options.initial > 1:
        raise SettingsError("`--epoch`, `--step` and `--initial` exclude each other: keep one.")
    parent = named_run("fork", options.target, options.runs)
    history = History(parent)
    history.refresh()
    point = find_point(history, epoch=epoch, step=step, initial=options.initial)
    config = point.with_settings(given)
    if config.train.epochs <= point.epochs_kept(config):
        ask_more_epochs(f"Run {parent.id}, where it is branched off,", point.epoch, given)
    bring_data(config.data)
    store = RunStore(parent.path.parent)
    folder = RunQueue(store.root).claim(
        lambda: store.create(config, parent=parent.id, checkpoint=point.file, name=options.name)
    )

    from mlcore.cli.follow import follow

    return follow(folder, as_json=options.json, steps=options.steps)


def _number(name: str, text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise SettingsError(f"`--{name}` must be a whole number, 0 or more, but got {text!r}.")
    return int(text)
