"""A sweep that a person asks for, with all that is wrong with it said before it begins."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mlcore.config import RunConfig
from mlcore.data import find_family
from mlcore.errors import SettingsError
from mlcore.fitting import check_sizes
from mlcore.rules import Value
from mlcore.sweeps.folder import name_taken, sweep_folders
from mlcore.sweeps.space import Params, Space, parse_space
from mlcore.sweeps.sweep import (
    JOBS,
    OBJECTIVES,
    PRUNERS,
    SAMPLERS,
    TRIALS,
    Sweep,
    check_choice,
    check_sweep_name,
    new_sweep_id,
)

__all__ = ["USUAL_TRIALS", "check_trial", "check_trials", "grid_of", "new_sweep"]

USUAL_TRIALS = 40
"""How many trials a sweep has where nobody says otherwise and it is no grid."""


def new_sweep(
    root: Path,
    name: str,
    space: Iterable[str],
    settings: Params,
    *,
    given: Iterable[str] = (),
    objective: str = "accuracy",
    sampler: str = "tpe",
    pruner: str = "none",
    trials: int | None = None,
    jobs: int = 1,
) -> Sweep:
    """A sweep whose parts go together; nothing is written.

    Args:
        root: folder of the runs.
        name: of the sweep.
        space: what varies, each as `parse_dimension` reads it.
        settings: all settings, by dotted name.
        given: those that a person gave, which must apply in some trial.
        objective: "accuracy" or "loss", of the validation.
        sampler: "grid", "random" or "tpe"; where as many trials are asked for as can differ, each
            is trained once, as in a grid.
        pruner: "none", "median" or "halving".
        trials: how many; None: all of a grid, else 40.
        jobs: how many are under way at once.

    Raises:
        SettingsError: a part is none, or they do not go together.
        RunError: there is a sweep of this name.
    """
    check_sweep_name(name)
    taken = {folder.name.casefold(): folder.name for folder in sweep_folders(root)}
    if name.casefold() in taken:
        raise name_taken(taken[name.casefold()])
    sweep = Sweep(
        id=new_sweep_id(),
        name=name,
        created=time.time(),
        space=parse_space(space),
        settings=dict(settings),
        objective=check_choice("objective", objective, OBJECTIVES),
        sampler=check_choice("sampler", sampler, SAMPLERS),
        pruner=check_choice("pruner", pruner, PRUNERS),
        trials=USUAL_TRIALS,
        jobs=int(str(JOBS.check("jobs", jobs, int))),
    )
    twice = [one.name for one in sweep.space.dimensions if one.name in set(given)]
    if twice:
        raise SettingsError(
            "`{name}` is given as a setting and varies in --space: leave one of them out.",
            name=twice[0],
        )
    if not settings["data.validation"]:
        raise SettingsError(
            "A sweep compares its trials by images that are held out, but `data.validation` is 0: "
            "hold out some, as with `--data.validation {count}`.",
            count=find_family(str(settings["data.name"])).train_images // 10,
        )
    sweep.space.check(settings, given, check_trial)
    return _with_trials(sweep, trials)


def check_trials(sweep: Sweep, trials: int, begun: int = 0) -> int:
    """Refuse more trials than a grid has.

    Args:
        sweep: what is asked of it.
        trials: how many there are to be.
        begun: how many there are, which stay.

    Returns:
        How many there will be.

    Raises:
        SettingsError: they are too many or too few.
    """
    TRIALS.check("trials", trials, int)
    if sweep.sampler == "grid" and trials > (most := len(grid_of(sweep))):
        raise SettingsError(
            "The grid of sweep {sweep} has {most:,} trials, but got {trials:,}: ask for fewer.",
            sweep=sweep.name,
            most=most,
            trials=trials,
        )
    return max(trials, begun)


def _with_trials(sweep: Sweep, trials: int | None) -> Sweep:
    if sweep.sampler != "grid":
        asked = USUAL_TRIALS if trials is None else trials
        if not _has_all(sweep, asked):
            check_trials(sweep, asked)
            return replace(sweep, trials=asked)
        sweep, trials = replace(sweep, sampler="grid"), None  # drawn, some would come twice
    trials = len(grid_of(sweep)) if trials is None else trials
    check_trials(sweep, trials)
    return replace(sweep, trials=trials)


def _has_all(sweep: Sweep, trials: int) -> bool:
    """Whether so many trials are all that can differ."""
    if any(one.count() is None for one in sweep.space.dimensions):
        return False
    try:
        return trials >= len(grid_of(sweep))
    except SettingsError:  # they are too many
        return False


def grid_of(sweep: Sweep) -> list[dict[str, Value]]:
    """All combinations of a grid that can be trained, in the order of its trials.

    Raises:
        SettingsError: its values cannot be counted, or are too many.
    """
    return _grid(sweep.space, tuple(sweep.settings.items()))


@functools.lru_cache(maxsize=2)
def _grid(space: Space, settings: tuple[tuple[str, Value], ...]) -> list[dict[str, Value]]:
    """Kept, as a page asks for the same grid with each of its drawings: a trial takes 0.2 ms."""
    return space.grid(dict(settings), check_trial)


def check_trial(config: RunConfig) -> None:
    """Refuse settings that leave nothing to train on.

    Raises:
        SettingsError: they do not fit the data set.
    """
    check_sizes(config, find_family(config.data.name).train_images)
