"""What one setting is, and a group of them, which checks every field against its `Rule`."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast, get_args, get_origin, get_type_hints

from mlcore.rules import Rule, Value

__all__ = ["Setting", "SettingsGroup", "settings_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting, from its field in the dataclass of its group."""

    name: str  # dotted, as in "optim.lr"
    group: str  # "optim"
    field: str  # "lr"
    kind: Any  # bool, int, float, str, tuple[int, ...] or a Literal
    default: Value
    rule: Rule

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a choice; empty for numbers and text."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    def applies(self, values: Mapping[str, Value]) -> bool:
        """Whether the setting means something beside these (flat) values."""
        return all(values[other] in allowed for other, allowed in self.rule.applies.items())


class SettingsGroup:
    """What the four groups of a run's settings have in common: values are checked at once."""

    __slots__ = ()
    group: ClassVar[str]  # "optim" of "optim.lr"

    def __post_init__(self) -> None:
        kind: Any = type(self)  # mypy does not know that classes are hashable
        for setting in settings_of(kind):
            value = setting.rule.check(setting.name, getattr(self, setting.field), setting.kind)
            object.__setattr__(self, setting.field, value)


@functools.cache
def settings_of(group: Any) -> tuple[Setting, ...]:
    """The settings of a class of `RunConfig`, from its fields and their rules."""
    hints = get_type_hints(group, include_extras=True)
    found = []
    for item in dataclasses.fields(group):
        kind, rule = get_args(hints[item.name])
        found.append(
            Setting(
                name=f"{group.group}.{item.name}",
                group=group.group,
                field=item.name,
                kind=kind,
                default=cast(Value, item.default),
                rule=rule,
            )
        )
    return tuple(found)
