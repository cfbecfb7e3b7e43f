"""`RunConfig`: all settings of a run, from and to JSON, dotted names and text."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlcore.config.data import DataConfig
from mlcore.config.model import ModelConfig
from mlcore.config.optim import OptimConfig
from mlcore.config.parallel import check_parallel
from mlcore.config.setting import Setting
from mlcore.config.settings import EDITABLE, EXECUTION, GROUPS, SETTINGS, find_setting
from mlcore.config.train import TrainConfig
from mlcore.errors import SettingsError
from mlcore.files import expand_home
from mlcore.rules import Value, list_words, nearest

__all__ = [
    "RunConfig",
    "can_continue",
    "changes_between",
    "data_root",
    "dumps",
    "fixed_changes",
    "parse",
    "read_number",
]


_LONGEST_NUMBER = 1_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """All settings of a run; the defaults are the quick start, exactly.

    Raises:
        SettingsError: a value is out of range, or two settings contradict each other.
    """

    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        values = self.flat()
        for setting in SETTINGS.values():
            self._check_applies(setting, values)
        if self.train.patience and not self.data.validation:
            raise SettingsError(
                "`train.patience` needs images to validate on, but got patience {patience} with "
                "`data.validation` 0: hold out 5000 images, say.",
                patience=self.train.patience,
            )
        if self.train.processes > 1:
            check_parallel(self)

    @staticmethod
    def _check_applies(setting: Setting, values: Mapping[str, Value]) -> None:
        value = values[setting.name]
        if value == setting.default or setting.applies(values):
            return
        for other, allowed in setting.rule.applies.items():
            if values[other] not in allowed:
                raise SettingsError(
                    "`{name}` means something only where `{other}` is {allowed}, but got {value!r} "
                    "with {actual!r}: leave it at {default!r}.",
                    name=setting.name,
                    other=other,
                    allowed=list_words(allowed, "or"),
                    value=value,
                    actual=values[other],
                    default=setting.default,
                )

    def flat(self) -> dict[str, Value]:
        """Dotted name → value of every setting, in the order of `SETTINGS`."""
        return {
            name: getattr(getattr(self, setting.group), setting.field)
            for name, setting in SETTINGS.items()
        }

    @classmethod
    def from_flat(cls, values: Mapping[str, Any]) -> RunConfig:
        """A config from dotted names; what is not named keeps its default.

        Raises:
            SettingsError: a name is unknown or a value is refused.
        """
        return cls(**{group: _group(group, fields) for group, fields in _by_group(values).items()})

    def with_values(self, values: Mapping[str, Any]) -> RunConfig:
        """This config with some settings changed, by dotted names.

        Raises:
            SettingsError: a name is unknown or a value is refused.
        """
        changed = {
            group: dataclasses.replace(getattr(self, group), **fields)
            for group, fields in _by_group(values).items()
        }
        return dataclasses.replace(self, **changed)

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Nested plain values, ready for `json.dumps`; `from_json` gives the same config back."""
        nested: dict[str, dict[str, Any]] = {group: {} for group in GROUPS}
        for name, value in self.flat().items():
            setting = SETTINGS[name]
            nested[setting.group][setting.field] = (
                list(value) if isinstance(value, tuple) else value
            )
        return nested

    @classmethod
    def from_json(cls, nested: Any) -> RunConfig:
        """Read what `to_json` wrote; a group or setting left out keeps its default.

        Raises:
            SettingsError: it is no such object, a key is unknown, or a value is refused.
        """
        if not isinstance(nested, Mapping):
            raise SettingsError(
                "Settings must be a JSON object, but got {kind}.", kind=type(nested).__name__
            )
        values: dict[str, Any] = {}
        for group, fields in nested.items():
            if group not in GROUPS:
                raise SettingsError(
                    "`{group}` is no group of settings{hint}: use {groups}.",
                    group=group,
                    hint=nearest(str(group), GROUPS),
                    groups=list_words(GROUPS, "or"),
                )
            if not isinstance(fields, Mapping):
                raise SettingsError(
                    "`{group}` must be a JSON object, but got {value!r}.", group=group, value=fields
                )
            values |= {f"{group}.{name}": value for name, value in fields.items()}
        return cls.from_flat(values)


def _by_group(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Group → field → value, of dotted names."""
    groups: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        setting = find_setting(name)
        groups.setdefault(setting.group, {})[setting.field] = value
    return groups


def _group(group: str, fields: Mapping[str, Any]) -> Any:
    """A group with these values; runs of one folder share most, and checking takes its time."""
    key = group, repr(fields)  # which tells 1 from True and from 1.0
    found = _CHECKED.get(key)
    if found is None:
        found = GROUPS[group](**fields)
        if len(_CHECKED) >= _MOST_CHECKED:
            _CHECKED.clear()
        if len(key[1]) <= _LONGEST_NUMBER:
            _CHECKED[key] = found
    return found


_CHECKED: dict[tuple[str, str], Any] = {}
_MOST_CHECKED = 1_000


def changes_between(config: RunConfig, wanted: RunConfig) -> dict[str, Value]:
    """The changes that an `Edit` must carry to lead from one config to another.

    Settings that cannot change while a run trains are left out.
    """
    before, after = config.flat(), wanted.flat()
    return {name: after[name] for name in EDITABLE if after[name] != before[name]}


def can_continue(config: RunConfig, wanted: RunConfig) -> bool:
    """Whether a training can be continued exactly under other settings.

    It can where they differ only in what an edit can change, or in how to compute.
    """
    return not fixed_changes(config, wanted)


def fixed_changes(config: RunConfig, wanted: RunConfig) -> list[str]:
    """The settings in which two configs differ and that cannot change within a training."""
    before, after = config.flat(), wanted.flat()
    free = (*EDITABLE, *EXECUTION)
    return [name for name in before if name not in free and before[name] != after[name]]


def parse(name: str, text: str) -> Value:
    """A setting's value from text (an address bar, a shell): "0.01", "128,64", "none", "true".

    Raises:
        SettingsError: the text is no such value.
    """
    setting = find_setting(name)
    if setting.choices or setting.kind is str:
        value: Any = text
    elif setting.kind is bool:
        value = {"true": True, "false": False}.get(text.strip().lower(), text)
    elif setting.kind in (int, float):
        value = read_number(text)
    else:
        words = re.split(r"[\s,]+", text.strip().lower())
        value = [] if words == ["none"] else [read_number(word) for word in words if word]
    return setting.rule.check(name, value, setting.kind)


def read_number(text: str) -> int | float | str:
    """The number that a text means to Python; the text itself where it means none."""
    if len(text) > _LONGEST_NUMBER:  # Python refuses to read more than 4,300 digits
        return text
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        beyond = isinstance(number, float) and math.isinf(number) and "inf" not in text.lower()
        return text if beyond else number  # "1e400" is no number that a person could mean
    return text


def data_root(config: DataConfig) -> Path:
    """The folder of the data sets: the setting, else MLCORE_DATA, else `data` in this folder."""
    return expand_home(config.root or os.environ.get("MLCORE_DATA") or "data")


def dumps(config: RunConfig) -> str:
    """The config as indented JSON text."""
    return json.dumps(config.to_json(), indent=2) + "\n"
