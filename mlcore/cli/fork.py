"""`mlcore fork`: a new run that branches off from another, with other settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.checks import check_epochs_left, check_fit, check_output, check_start
from mlcore.cli.common import (
    JsonOption,
    RunArgument,
    RunsOption,
    StepsOption,
    TrackOption,
    named_run,
)
from mlcore.cli.files import bring_data
from mlcore.cli.fork_notes import fork_notes
from mlcore.cli.options import switch, text, whole_number
from mlcore.config import SETTINGS
from mlcore.errors import SettingsError
from mlcore.runs import History, RunStore
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.forks import find_fork_point
from mlcore.trackers.catalog import check_trackers

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Train a new run that branches off from another one, which stays as it is.

    Settings are those in force there; those that may change while a run trains are edited before
    the next step. Changing another one (such as --optim.name) takes over the weights alone and
    starts training from them. --initial takes the weights from before the first step.
    """

    target: RunArgument = ""
    epoch: Annotated[
        int | None,
        whole_number("epoch", low=0),
        text("branch off at the end of this epoch", "last checkpoint", "N"),
    ] = None
    step: Annotated[
        int | None,
        whole_number("step", low=0),
        text("branch off at the checkpoint of this step", "last checkpoint", "N"),
    ] = None
    initial: Annotated[bool, switch("begin with the same initial weights")] = False
    name: Annotated[str, text("what to call the new run", "nothing")] = ""
    track: TrackOption = ()
    runs: RunsOption = ""
    json: JsonOption = False
    steps: StepsOption = False


def run(argv: Sequence[str]) -> int:
    """Make the fork of a run and train it."""
    options, given = read("fork", Options, argv, settings=SETTINGS)
    check_output(json=options.json, steps=options.steps)
    if (options.epoch is not None) + (options.step is not None) + options.initial > 1:
        raise SettingsError("`--epoch`, `--step` and `--initial` exclude each other: keep one.")
    track = check_trackers(options.track)
    parent = named_run("fork", options.target, options.runs)
    history = History(parent)
    history.refresh()
    point = find_fork_point(
        history, epoch=options.epoch, step=options.step, initial=options.initial
    )
    config = point.with_settings(given)
    if config.train.epochs <= point.epochs_kept(config):
        check_epochs_left(f"Run {parent.id}, where it is branched off,", point.epoch, given)
    if point.file is not None:
        from mlcore.checkpoint import load  # loads torch

        check_start(load(point.file), config)  # one that is damaged is refused too
    bring_data(config.data, given)
    check_fit(config)
    for note in fork_notes(point, config):
        print(f"mlcore: {note}", file=sys.stderr)
    store = RunStore(parent.path.parent)
    folder = RunQueue(store.root).claim(
        lambda: store.create(
            config, parent=parent.id, checkpoint=point.file, name=options.name, track=track
        )
    )

    from mlcore.cli.follow import follow

    return follow(folder, as_json=options.json, steps=options.steps)
