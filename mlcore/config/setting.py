"""One setting, described for whoever checks, shows or reads it."""

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
    """One setting, described for whoever shows or reads it."""

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


def settings_of(part: type[Any]) -> tuple[Setting, ...]:
    """The settings of one part of `RunConfig`, from its fields and their rules."""
    known: Any = part  # mypy takes classes for unhashable
    return _settings_of(known)


@functools.cache
def _settings_of(part: Any) -> tuple[Setting, ...]:
    hints = get_type_hints(part, include_extras=True)
    found = []
    for item in dataclasses.fields(part):
        kind, rule = get_args(hints[item.name])
        found.append(
            Setting(
                name=f"{part.group}.{item.name}",
                group=part.group,
                field=item.name,
                kind=kind,
                default=cast(Value, item.default),
                rule=rule,
            )
        )
    return tuple(found)
