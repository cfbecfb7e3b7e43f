"""What the four groups of a run's settings have in common: each field is held to its `Rule`.

Validation, sliders and the help of the command line all read a range from there.
"""

from __future__ import annotations

from typing import ClassVar

from mlcore.config.setting import settings_of

__all__ = ["SettingsGroup"]


class SettingsGroup:
    """Checks every field against its `Rule` when it is made."""

    __slots__ = ()
    group: ClassVar[str]  # "optim" of "optim.lr"

    def __post_init__(self) -> None:
        for setting in settings_of(type(self)):
            value = setting.rule.check(setting.name, getattr(self, setting.field), setting.kind)
            object.__setattr__(self, setting.field, value)
