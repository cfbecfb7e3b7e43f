"""An experiment in a shell: the same settings with several seeds, one run after the other."""

from __future__ import annotations

from collections.abc import Callable

from mlcore.cli.follow import follow
from mlcore.cli.groups import group_record
from mlcore.cli.layout import print_json
from mlcore.config import RunConfig
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.library.groups import RunGroup, find_experiment, new_experiment
from mlcore.words import counted, mean_figure, mean_percent

__all__ = ["train_seeds"]


def train_seeds(
    configs: tuple[RunConfig, ...],
    start: Callable[[RunConfig, str], RunFolder],
    store: RunStore,
    *,
    as_json: bool,
    steps: bool,
) -> int:
    """Train a run for each of the settings, and tell what they come to together.

    Args:
        configs: the settings of each, which differ in the seed.
        start: makes a run of settings and the experiment's id, for this process to train.
        store: of the runs.
        as_json: print events while they train.
        steps: and every step's loss.

    Returns:
        The exit status: that of the first run that did not end well, after which none is started.
    """
    experiment, status = new_experiment(), 0
    for number, config in enumerate(configs, 1):
        if not as_json:
            print(f"seed {config.train.seed} ({number} of {len(configs)})", flush=True)
        status = follow(start(config, experiment), as_json=as_json, steps=steps)
        if status:
            break
    group = find_experiment(experiment, store.list())
    if group is not None:
        if as_json:
            print_json({"event": "experiment", **group_record(group)})
        else:
            _show(group, len(configs))
    return status


def _show(group: RunGroup, asked: int) -> None:
    print(f"experiment {group.id}: {len(group.finished)} of {counted(asked, 'run')} finished")
    for words, found in (
        ("validation accuracy", group.figure(lambda info: info.validation_accuracy)),
        ("test accuracy", group.figure(lambda info: info.test_accuracy)),
    ):
        if found is not None:
            print(f"{words} {mean_percent(found.mean, found.sd)} (mean ± sd, n = {found.n})")
    loss = group.figure(lambda info: info.loss)
    if loss is not None:
        print(f"training loss {mean_figure(loss.mean, loss.sd)} (n = {loss.n})")
