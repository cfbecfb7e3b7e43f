"""The form of a new sweep: what was entered, what is usual, and the command that says the same."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from mlcore.config import SETTINGS, RunConfig, Setting
from mlcore.data import CATALOG
from mlcore.errors import SettingsError
from mlcore.export.code.command import flags
from mlcore.sweeps import Sweep
from mlcore.words import as_text

__all__ = ["SweepForm", "sweep_command", "with_validation"]

_USUAL = {
    "optim.lr": "0.001..1:log",
    "data.batch_size": "16,32,64,128",
    "model.hidden": "64|128,64|256,128",
    "optim.name": "sgd,adam",
    "model.dropout": "0,0.2,0.5",
    "optim.momentum": "0,0.5,0.9",
    "optim.weight_decay": "1e-6..1e-2:log",
}
_FIRST = ("optim.lr", "data.batch_size")


@dataclass(frozen=True, slots=True)
class SweepForm:
    """What a person has entered; it outlives the page."""

    name: str = ""
    varied: tuple[str, ...] = _FIRST
    spaces: tuple[tuple[str, str], ...] = ()  # setting, values as they are typed
    sampler: str = "tpe"
    pruner: str = "none"
    objective: str = "accuracy"

    def values(self, setting: str) -> str:
        """What is typed for a setting, or what is usual."""
        return dict(self.spaces).get(setting, _usual(SETTINGS[setting]))

    @property
    def space(self) -> tuple[str, ...]:
        """Each setting that varies, as `--space` takes it."""
        return tuple(f"{name}={self.values(name)}" for name in self.varied)


def with_validation(config: RunConfig) -> RunConfig:
    """Trials are compared by images that are held out: a tenth, where the sidebar says none."""
    if config.data.validation:
        return config
    images = min(config.data.train_limit or 10**9, CATALOG[config.data.name].train_images)
    return replace(config, data=replace(config.data, validation=max(1, images // 10)))


def sweep_command(sweep: Sweep) -> str:
    """The same from a shell."""
    words = ["mlcore", "sweep", "start", sweep.name]
    for text in sweep.space.texts:
        words += ["--space", text]
    words += ["--trials", str(sweep.trials), "--sampler", sweep.sampler]
    words += ["--pruner", sweep.pruner, "--objective", sweep.objective, "--jobs", str(sweep.jobs)]
    varied = {one.name for one in sweep.space.dimensions}
    others = {
        name: value
        for name, value in sweep.settings.items()
        if value != SETTINGS[name].default
        and name not in varied
        and SETTINGS[name].applies(dict(sweep.settings))
    }
    return " ".join([*map(shlex.quote, words), *flags(others)])


def _usual(setting: Setting) -> str:
    """Values to begin with."""
    if setting.name in _USUAL:
        return _USUAL[setting.name]
    if setting.choices:
        return ",".join(setting.choices)
    if setting.kind is bool:
        return ",".join((as_text(False), as_text(True)))
    value = setting.default
    if not isinstance(value, int | float):
        return ""
    return ",".join(as_text(one) for one in (value, 2 * value, value / 2) if _fits(setting, one))


def _fits(setting: Setting, value: float) -> bool:
    try:
        setting.rule.check(setting.name, value, setting.kind)
    except SettingsError:
        return False
    return True
