"""Groups of runs that differ only in their seed: experiments, and runs that happen to be alike."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from mlcore.config import EXECUTION, RunConfig
from mlcore.errors import RunError
from mlcore.insight.t_tests import Spread, spread
from mlcore.rules import Rule, Value, shortened
from mlcore.runs.library.run_info import RunInfo
from mlcore.words import N_

__all__ = [
    "MOST_SEEDS",
    "SEEDS",
    "SEEDS_OF_ONE",
    "RunGroup",
    "alike",
    "average",
    "experiment_of",
    "experiments",
    "find_experiment",
    "group_of",
    "is_experiment",
    "new_experiment",
    "seeded",
    "together",
]

MOST_SEEDS = 20
SEEDS = Rule(N_("runs that differ only in the seed"), label=N_("Seeds"), low=1, high=MOST_SEEDS)
"""How many runs an experiment may have."""

SEEDS_OF_ONE = 5
"""How many it has where nobody says otherwise."""

_SEED = "train.seed"
_AVERAGED = (
    *("loss", "validation_loss", "validation_accuracy", "best_validation_accuracy"),
    *("test_accuracy", "seconds", "images_per_second"),
)
_MARK = "x"  # an experiment's id begins with it, a run's with a digit


@dataclass(frozen=True, slots=True, kw_only=True)
class RunGroup:
    """Runs that differ only in the seed, by seed.

    A run that repeats another, with the same settings and the same seed, tells nothing new: it
    would be counted as a second seed, without any spread. So one run of each seed counts.

    Attributes:
        id: of the experiment; of runs that were grouped by their settings, that of the first.
        runs: at least one.
        experiment: they were started together.
    """

    id: str
    runs: tuple[RunInfo, ...]
    experiment: bool

    @property
    def config(self) -> RunConfig:
        """The settings, with the first seed."""
        return self.runs[0].config

    @property
    def counted(self) -> tuple[RunInfo, ...]:
        """The runs without repetitions: of those alike in seed and settings the newest finished.

        Where none of them has finished, it is the newest.
        """
        if len({info.config.train.seed for info in self.runs}) == len(self.runs):
            return self.runs
        found: dict[object, RunInfo] = {}
        for info in sorted(self.runs, key=lambda one: (one.state == "finished", one.created)):
            found[info.config.train.seed, _settings(info)] = info
        kept = {info.id for info in found.values()}
        return tuple(info for info in self.runs if info.id in kept)

    @property
    def repeated(self) -> tuple[RunInfo, ...]:
        """The runs that repeat one that counts, and are left out."""
        kept = {info.id for info in self.counted}
        return tuple(info for info in self.runs if info.id not in kept)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each run that counts."""
        return tuple(info.config.train.seed for info in self.counted)

    @property
    def finished(self) -> tuple[RunInfo, ...]:
        """The runs whose figures count: those that trained to their end."""
        return tuple(info for info in self.counted if info.state == "finished")

    def figure(self, read: Callable[[RunInfo], float | None]) -> Spread | None:
        """Mean and spread of a figure over the finished runs that have it; None: none has."""
        return spread([read(info) for info in self.finished])


def average(group: RunGroup) -> RunInfo:
    """A run that stands for a group where runs are sorted: its figures are those of the finished.

    So a group is sorted by its mean, and not by the luckiest of its runs.
    """
    spreads = {name: group.figure(attrgetter(name)) for name in _AVERAGED}
    means = {name: found.mean if found else None for name, found in spreads.items()}
    newest = max(group.runs, key=lambda info: info.created)
    return replace(newest, id=group.id, **means)  # type: ignore[arg-type]


def new_experiment() -> str:
    """The id of a new experiment."""
    return time.strftime(f"{_MARK}%Y%m%d-%H%M%S-") + secrets.token_hex(2)


def seeded(config: RunConfig, count: int) -> tuple[RunConfig, ...]:
    """The settings of each run of an experiment: the seed, and those that follow it.

    Raises:
        SettingsError: there are too few or too many, or a seed is too large.
    """
    SEEDS.check("seeds", count, int)
    first = config.train.seed
    return tuple(config.with_values({_SEED: first + index}) for index in range(count))


def experiments(runs: Iterable[RunInfo]) -> list[RunGroup]:
    """The experiments that these runs are of, in the order of their first mention."""
    found: dict[str, list[RunInfo]] = {}
    for info in runs:
        if info.experiment:
            found.setdefault(info.experiment, []).append(info)
    return [_group(name, members, experiment=True) for name, members in found.items()]


def experiment_of(info: RunInfo, runs: Iterable[RunInfo]) -> RunGroup | None:
    """The experiment that a run is of, with all of its runs; None: it is of none."""
    if not info.experiment:
        return None
    members = [other for other in runs if other.experiment == info.experiment]
    return _group(info.experiment, members or [info], experiment=True)


def alike(runs: Iterable[RunInfo]) -> list[RunGroup]:
    """Groups of the runs by all of their settings but the seed, and by what they were forked from.

    Where and how fast a run trains does not count. In the order of their first mention; a run like
    no other is a group of its own. Settings are those that a run was made with.
    """
    found: dict[object, list[RunInfo]] = {}
    for info in runs:
        found.setdefault(_settings(info), []).append(info)
    return [_group(min(one.id for one in members), members) for members in found.values()]


def together(runs: Sequence[RunInfo]) -> list[RunGroup]:
    """All of these runs in groups: the experiments, and the others by their settings.

    In the order of their first mention.
    """
    found = [*experiments(runs), *alike([info for info in runs if not info.experiment])]
    place = {info.id: index for index, info in enumerate(runs)}
    return sorted(found, key=lambda group: min(place[info.id] for info in group.runs))


def group_of(runs: Sequence[RunInfo]) -> RunGroup:
    """A group of runs that a person chose, at least one; their settings may differ."""
    name = runs[0].experiment or ""
    same = bool(name) and all(info.experiment == name for info in runs)
    return _group(name if same else min(info.id for info in runs), runs, experiment=same)


def is_experiment(text: str) -> bool:
    """Whether an experiment's id could begin like this."""
    return text.startswith(_MARK)


def find_experiment(text: str, runs: Sequence[RunInfo]) -> RunGroup | None:
    """The experiment whose id begins like this; None where there is none.

    Raises:
        RunError: several ids begin like this.
    """
    if not is_experiment(text):
        return None
    found = [group for group in experiments(runs) if group.id.startswith(text)]
    exact = [group for group in found if group.id == text]
    if len(found) > 1 and not exact:
        raise RunError(
            "{count} groups begin with {text!r}: write more of the id.",
            count=len(found),
            text=shortened(text),
        )
    return next(iter(exact or found), None)


def _settings(info: RunInfo) -> tuple[Value | None, ...]:
    """By what runs are alike: all settings but the seed, and what the run was forked from."""
    left_out = (_SEED, *EXECUTION)
    values = (value for name, value in info.config.flat().items() if name not in left_out)
    return (info.parent, *values)


def _group(name: str, members: Sequence[RunInfo], *, experiment: bool = False) -> RunGroup:
    ordered = sorted(members, key=lambda info: (info.config.train.seed, info.created, info.id))
    return RunGroup(id=name, runs=tuple(ordered), experiment=experiment)
