"""What one setting is: its name, type, default and rule."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from mlcore.rules import Rule, Value

__all__ = ["Setting", "settings_of"]


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


def settings_of(group: type[Any]) -> tuple[Setting, ...]:
    """The settings of one group of `RunConfig`, from its fields and their rules."""
    hashable: Any = group  # mypy does not know that classes are
    return _settings_of(hashable)


@functools.cache
def _settings_of(group: Any) -> tuple[Setting, ...]:
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
