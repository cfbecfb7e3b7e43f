"""What the sidebar holds, checked: raw values → `RunConfig` or a sentence a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.words.setting_names import settings_sentence
from mlcore.config import SETTINGS, RunConfig, Setting, parse
from mlcore.data import CATALOG
from mlcore.errors import SettingsError
from mlcore.fitting import check_memory, check_sizes, may_be_elsewhere
from mlcore.rules import Value

__all__ = ["Checked", "check", "effective", "fit_to_data", "plain_number", "read", "shown"]

_NEEDS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "optim.dampening": lambda values: bool(values["optim.momentum"]),
    "optim.nesterov": lambda values: (
        bool(values["optim.momentum"]) and not values["optim.dampening"]
    ),
    "train.patience": lambda values: bool(values["data.validation"]),
}
"""What a setting needs beyond its `Rule.applies`: elsewhere only its default is accepted."""

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_NAMES = re.compile(r"`(?:\{(\w+)\}|([a-z_.]+))`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The outcome of `check`: a config, or what is wrong with which setting."""

    config: RunConfig | None
    errors: Mapping[str, str] = field(default_factory=dict)  # setting → sentence


def shown(setting: Setting, values: Mapping[str, Any]) -> bool:
    """Whether the setting means something beside these values, so that its widget is shown."""
    needs = _NEEDS.get(setting.name)
    return setting.applies(values) and (needs is None or needs(values))


def effective(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every setting that does not apply back at its default."""
    known: dict[str, Any] = {
        name: values.get(name, setting.default) for name, setting in SETTINGS.items()
    }
    for name, setting in SETTINGS.items():
        if not shown(setting, known):
            known[name] = setting.default
    return known


def check(values: Mapping[str, Any]) -> Checked:
    """The config of raw widget values (text where a widget takes text), or what is wrong."""
    errors: dict[str, str] = {}
    checked: dict[str, Value] = {}
    for name, value in effective(values).items():
        try:
            checked[name] = read(SETTINGS[name], value)
        except SettingsError as error:
            errors[name] = settings_sentence(error)
    if not errors:
        try:
            config = RunConfig.from_flat(checked)
            _check_fit(config)
        except SettingsError as error:
            errors[_culprit(error)] = settings_sentence(error)
        else:
            return Checked(config=config)
    return Checked(config=None, errors=errors)


def fit_to_data(values: Mapping[str, Any]) -> dict[str, Value]:
    """Changes that make the held-out images fit a data set that was just chosen; mostly none."""
    family = CATALOG.get(values["data.name"])
    try:
        held: Any = read(SETTINGS["data.validation"], values["data.validation"])
    except SettingsError:  # it is refused where it stands
        return {}
    if family is None:
        return {}
    images = family.train_images
    return {"data.validation": images // 7 // 100 * 100} if held > images // 2 else {}


def read(setting: Setting, value: Any) -> Value:
    """A setting's value of what its widget holds; a number as people write it.

    Raises:
        SettingsError: it is no such value.
    """
    if not isinstance(value, str):
        return setting.rule.check(setting.name, value, setting.kind)
    return parse(setting.name, plain_number(value) if setting.kind in (int, float) else value)


def plain_number(text: str) -> str:
    """A number as a program reads it: "0,05" is 0.05, "60,000" and "60 000" are 60000.

    Where a comma could be either ("1,234" of a decimal number is 1.234 for some and 1234 for
    others) it is the thousands' that this page writes itself; a leading zero makes it a decimal.
    """
    text = "".join(text.split()).replace("\N{MINUS SIGN}", "-")
    if _THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text


def _culprit(error: SettingsError) -> str:
    """The first setting that an error names, in its sentence or as a value."""
    names = (error.values.get(key, name) for key, name in _NAMES.findall(error.template))
    return next((name for name in names if name in SETTINGS), "")


def _check_fit(config: RunConfig) -> None:
    family = CATALOG.get(config.data.name)
    if family is None:
        return
    check_sizes(config, family.train_images)
    if not may_be_elsewhere(config.train.device):  # then the run itself asks the GPU
        images = family.train_images, family.test_images
        check_memory(config, len(family.classes), images)
