"""What a sweep is asked to do: one JSON file, written when it starts or its numbers change."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from mlcore.config import SETTINGS, RunConfig
from mlcore.errors import MlcoreError, RunError, SettingsError
from mlcore.files import write_atomically
from mlcore.plain_json import read_object
from mlcore.rules import Rule, Value, nearest, shortened
from mlcore.sweeps.space import Params, Space, config_of, parse_space
from mlcore.words import N_

__all__ = [
    "JOBS",
    "OBJECTIVES",
    "PRUNERS",
    "SAMPLERS",
    "TRIALS",
    "Objective",
    "Pruner",
    "Sampler",
    "Sweep",
    "check_choice",
    "check_sweep_name",
    "new_sweep_id",
    "read_sweep_file",
    "write_sweep_file",
]

Sampler = Literal["grid", "random", "tpe"]
Pruner = Literal["none", "median", "halving"]
Objective = Literal["accuracy", "loss"]

SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)
PRUNERS: tuple[Pruner, ...] = get_args(Pruner)
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)

TRIALS = Rule(N_("trials of the sweep, in all"), label=N_("Trials"), low=1, high=10_000)
"""How many trials a sweep may have."""

JOBS = Rule(N_("trials under way at once"), label=N_("Trials at once"), low=1, high=8)
"""How many trials may be under way at once: as many as the queue lets train on a device."""

_NAME = re.compile(r"\w[\w.-]{0,29}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A search for settings: what varies, what does not, and how it is searched.

    Attributes:
        id: no other sweep has it, also of the same name; its runs carry it.
        name: of its folder, and the tag of its runs.
        created: unix seconds.
        space: the settings that vary.
        settings: all settings, by dotted name; those that vary are replaced trial by trial.
        objective: the validation accuracy of the last epoch, the higher the better, or the
            validation loss, the lower the better. Never a figure of the test set.
        sampler, pruner: how values are drawn, and which trials are given up before their end.
        trials: how many, in all.
        jobs: how many are under way at once.
    """

    id: str
    name: str
    created: float
    space: Space
    settings: Params
    objective: Objective = "accuracy"
    sampler: Sampler = "tpe"
    pruner: Pruner = "none"
    trials: int = 40
    jobs: int = 1

    def config(self, params: Params) -> RunConfig:
        """The settings of a trial.

        Raises:
            SettingsError: two of them contradict each other.
        """
        return config_of(self.settings, params)

    def params(self, config: RunConfig) -> dict[str, Value]:
        """What a trial with these settings has from the sweep."""
        values = config.flat()
        return self.space.params(values, lambda dimension: values[dimension.name])

    def is_better(self, value: float, than: float) -> bool:
        """Whether a value of the objective is better than another."""
        return value > than if self.objective == "accuracy" else value < than

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same sweep back."""
        return {
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "space": list(self.space.texts),
            "settings": {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in self.settings.items()
            },
            "objective": self.objective,
            "sampler": self.sampler,
            "pruner": self.pruner,
            "trials": self.trials,
            "jobs": self.jobs,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Sweep:
        """Read what `to_json` wrote.

        Raises:
            SettingsError: a value is none that a sweep can have.
            LookupError, TypeError, ValueError: it is no such object.
        """
        settings = {
            name: SETTINGS[name].rule.check(name, value, SETTINGS[name].kind)
            for name, value in found["settings"].items()
        }
        return cls(
            id=str(found["id"]),
            name=check_sweep_name(found["name"]),
            created=float(found["created"]),
            space=parse_space(found["space"]),
            settings={name: one.default for name, one in SETTINGS.items()} | settings,
            objective=check_choice("objective", found["objective"], OBJECTIVES),
            sampler=check_choice("sampler", found["sampler"], SAMPLERS),
            pruner=check_choice("pruner", found["pruner"], PRUNERS),
            trials=int(str(TRIALS.check("trials", found["trials"], int))),
            jobs=int(str(JOBS.check("jobs", found["jobs"], int))),
        )


def new_sweep_id() -> str:
    """The id of a new sweep."""
    return time.strftime("s%Y%m%d-%H%M%S-") + secrets.token_hex(3)


def is_sweep_name(name: str) -> bool:
    """Whether a text can be the name of a sweep."""
    return _NAME.fullmatch(name) is not None


def check_sweep_name(name: str) -> str:
    """The name of a sweep.

    Raises:
        SettingsError: it is no word that can be a folder and a tag.
    """
    if not isinstance(name, str) or not is_sweep_name(name):
        raise SettingsError(
            "The name of a sweep must begin with a letter or a digit and go on with letters, "
            "digits, -, _ or ., 30 in all at most, but got {name!r}: write hunt-2, say.",
            name=shortened(name),
        )
    return name


def check_choice(name: str, value: Any, choices: tuple[Any, ...]) -> Any:
    """One of the choices of an option.

    Raises:
        SettingsError: it is none of them.
    """
    if value not in choices:
        raise SettingsError(
            "`--{name}` must be one of {choices}, but got {value!r}{hint}.",
            name=name,
            choices=", ".join(choices),
            value=shortened(value),
            hint=nearest(str(value), choices),
        )
    return value


def read_sweep_file(path: Path) -> Sweep:
    """The sweep of a sweep.json.

    Raises:
        RunError: it is missing or damaged.
    """
    try:
        return Sweep.from_json(read_object(path))
    except OSError as error:
        raise RunError(
            "{path} cannot be read ({reason}).", path=path, reason=error.strerror
        ) from error
    except (MlcoreError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise RunError(
            "{path} is damaged: put back a whole file, or start a sweep of another name.", path=path
        ) from error


def write_sweep_file(path: Path, sweep: Sweep) -> None:
    """Write a sweep.json whole.

    Raises:
        RunError: it cannot be written.
    """
    write_atomically(path, json.dumps(sweep.to_json(), indent=2) + "\n")
