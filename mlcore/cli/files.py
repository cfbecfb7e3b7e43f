"""Which files a command works on: a checkpoint by path or run, a data set that is brought here."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from mlcore.cli.layout import LiveLine
from mlcore.config import DataConfig, data_root
from mlcore.data import Progress, fetch, find_family, status, what_lies_there
from mlcore.errors import (
    CheckpointError,
    DataMissingError,
    RunError,
    SettingsError,
    SeveralRunsError,
)
from mlcore.files import expand_home, is_file
from mlcore.rules import Value, list_words, shortened
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.record.folder import checkpoint_step
from mlcore.words import file_size

__all__ = [
    "bring_data",
    "data_root_of",
    "data_values",
    "fetch_shown",
    "find_checkpoint",
    "find_run",
]


def bring_data(config: DataConfig, given: Mapping[str, Value]) -> None:
    """See to it that a data set can be read; one that is missing is downloaded, with progress.

    Nothing is downloaded into a folder that only a record names: what is written is written where
    a person says so.

    Args:
        config: the data set and its folder.
        given: the settings given in the shell, by dotted name.

    Raises:
        DataMissingError: it is not on disk and cannot be had.
        DataCorruptError: a file of it is damaged.
    """
    root = data_root(config)
    found = status(config.name, root)
    if found.usable:
        return
    if found.state == "damaged":
        raise found.message
    if config.root and "data.root" not in given:
        raise DataMissingError(
            "{title} is not in {root}, the folder that the settings name: put it there with "
            "`mlcore data fetch {name} --data.root {root}`.",
            title=found.title,
            name=config.name,
            root=root,
        )
    try:
        fetch_shown(config.name, root)
    except DataMissingError as error:
        raise DataMissingError(
            "{title} is not in {root}{lies} and could not be downloaded: check the network, "
            "name the folder that holds it with `--data.root`, or train on the bundled digits "
            "with `--data.name digits`.",
            title=found.title,
            root=root,
            lies=what_lies_there(config.name, root),
        ) from error


def data_root_of(target: str, runs: str) -> dict[str, Value]:
    """Where the data sets of a run lie, as the value of "root"; {} for a file and by default."""
    if is_file(expand_home(target)):
        return {}
    try:
        root = find_run(target, RunStore(expand_home(runs) if runs else None)).config.data.root
    except RunError:  # its checkpoints are there all the same
        return {}
    return {"root": root} if root else {}


def data_values(given: Mapping[str, Value]) -> dict[str, Value]:
    """Those of the settings given in a shell that choose a data set, by the names of its fields."""
    return {
        name.removeprefix("data."): value
        for name, value in given.items()
        if name.startswith("data.")
    }


def fetch_shown(name: str, root: Path) -> None:
    """Download a data set, with a live line on standard error.

    Raises:
        DataError: it cannot be had.
    """
    line = LiveLine(sys.stderr)
    family = find_family(name)
    if not line.shown:
        words = f"Fetching {family.title} ({file_size(family.download_bytes)}) to {root}"
        print(words, file=sys.stderr, flush=True)

    def draw(progress: Progress) -> None:
        of = f" of {file_size(progress.total)}" if progress.total else ""
        line.draw(f"{family.title}  {progress.file}  {file_size(progress.done)}{of}")

    try:
        fetch(name, root, draw)
    finally:
        line.clear()


def find_run(target: str, store: RunStore) -> RunFolder:
    """The run that a person means by its id, the beginning of it, or its folder.

    Raises:
        RunError: there is none.
    """
    folder = expand_home(target)
    return store.get(folder if RunFolder(folder).is_run() else target)


def find_checkpoint(target: str, store: RunStore, which: str = "last") -> Path:
    """The file that a person means: a path, or a run, one of whose checkpoints it is then.

    Args:
        target: path of a file, or id, beginning of an id or folder of a run.
        store: where runs are looked for.
        which: of a run: "last", "best" or a step.

    Raises:
        CheckpointError: there is neither such a file nor such a run, or the run has none yet.
        SettingsError: `which` is none of the three.
    """
    path = expand_home(target)
    if is_file(path):
        if which != "last":
            raise CheckpointError(
                "{target} is one checkpoint: `--checkpoint` chooses among those of a run.",
                target=target,
            )
        return path
    try:
        run = find_run(target, store)
    except SeveralRunsError:
        raise
    except RunError as error:
        raise CheckpointError(
            "{target!r} is neither a checkpoint file nor a run in {root}: "
            "`mlcore runs` lists the runs.",
            target=shortened(target),
            root=store.root,
        ) from error
    last = run.last_checkpoint()
    if last is None or (checkpoint_step(last) == 0 and which == "last"):
        raise CheckpointError(
            "Run {run} has written no checkpoint yet: let it train an epoch.", run=run.id
        )
    return last if which == "last" else _chosen(run, which)


def _chosen(run: RunFolder, which: str) -> Path:
    if which == "best":
        best = run.best_checkpoint()
        if best is None:
            raise CheckpointError(
                "No checkpoint of run {run} is marked as the best: choose `last`.", run=run.id
            )
        return best
    if not which.isdecimal() or len(which) > 18:
        raise SettingsError(
            "`--checkpoint` must be last, best or a step, but got {which!r}.",
            which=shortened(which),
        )
    held = {checkpoint_step(path): path for path in run.checkpoints()}
    if int(which) not in held:
        raise CheckpointError(
            "Run {run} keeps no checkpoint of step {step}: it has {kept}.",
            run=run.id,
            step=which,
            kept=list_words(sorted(path.stem for path in held.values())),
        )
    return held[int(which)]
