"""`mlcore train`: a run from its settings to its end, in the foreground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.checks import check_fit, check_output
from mlcore.cli.common import (
    JsonOption,
    PresetOption,
    RunsOption,
    StepsOption,
    TrackOption,
    open_store,
    preset_in,
)
from mlcore.cli.files import bring_data
from mlcore.cli.options import text, whole_number
from mlcore.config import SETTINGS, RunConfig
from mlcore.errors import SettingsError
from mlcore.parallel import find_ranks
from mlcore.runs import RunFolder
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.groups import MOST_SEEDS, seeded
from mlcore.trackers.catalog import check_trackers

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Train a model. Without options this is the PyTorch quick start: an MLP on MNIST."""

    preset: PresetOption = ""
    name: Annotated[str, text("what to call the run", "nothing")] = ""
    seeds: Annotated[
        int | None,
        whole_number("seeds", low=1, high=MOST_SEEDS),
        text("so many runs, which differ only in the seed: the given one and the next", "1", "N"),
    ] = None
    track: TrackOption = ()
    runs: RunsOption = ""
    json: JsonOption = False
    steps: StepsOption = False


def run(argv: Sequence[str]) -> int:
    """Make a run of these settings and train it."""
    base = preset_in(argv)
    options, given = read("train", Options, argv, settings=SETTINGS, base=base)
    check_output(json=options.json, steps=options.steps)
    track = check_trackers(options.track)
    config = base.with_values(given)
    bring_data(config.data, given)

    if options.seeds is not None and find_ranks() is not None:
        raise SettingsError(
            "`--seeds` trains one run after another, and the processes of `torchrun` train one "
            "run together: leave `--seeds` out."
        )
    configs = seeded(config, options.seeds or 1)
    check_fit(config)  # what cannot be trained leaves no run behind
    store = open_store(options.runs)

    def start(config: RunConfig, experiment: str | None) -> RunFolder:
        return RunQueue(store.root).claim(
            lambda: store.create(config, name=options.name, experiment=experiment, track=track)
        )

    if options.seeds is None:
        from mlcore.cli.follow import follow

        return follow(start(config, None), as_json=options.json, steps=options.steps)

    from mlcore.cli.seeds import train_seeds

    return train_seeds(configs, start, store, as_json=options.json, steps=options.steps)
