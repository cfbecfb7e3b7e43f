"""What the four parts of a run's settings have in common: each field is held to its `Rule`.

Every range stands once, in the `Rule` of its field; validation, sliders and the help of the
command line all read it from there.
"""

from __future__ import annotations

from typing import ClassVar

from mlcore.config.setting import settings_of

__all__ = ["Part"]


class Part:
    """Checks every field against its `Rule` when a part is made."""

    __slots__ = ()
    group: ClassVar[str]  # "optim" of "optim.lr"

    def __post_init__(self) -> None:
        for setting in settings_of(type(self)):
            value = setting.rule.check(setting.name, getattr(self, setting.field), setting.kind)
            object.__setattr__(self, setting.field, value)
