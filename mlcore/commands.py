"""What a person may ask of a running run: frozen commands and their JSON form.

Standard library and settings only. Commands reach a run through its control log; the trainer
handles them between two steps and answers each with an event.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, get_args

from mlcore.errors import SettingsError

__all__ = [
    "COMMANDS",
    "STOP_REASONS",
    "Command",
    "Continue",
    "Edit",
    "Pause",
    "RunEpoch",
    "RunSteps",
    "Stop",
]


STOP_REASONS = ("asked", "shutdown", "pruned", "superseded")
"""A person, the end of a server or shell, a sweep's pruner; another worker has the trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """End the run after the current step, with a checkpoint."""

    kind: ClassVar[str] = "stop"
    reason: str = "asked"  # one of `STOP_REASONS`


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Wait between two steps."""

    kind: ClassVar[str] = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue:
    """Train on after a pause."""

    kind: ClassVar[str] = "continue"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSteps:
    """Do so many steps, then pause."""

    kind: ClassVar[str] = "steps"
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEpoch:
    """Train to the end of the epoch, then pause."""

    kind: ClassVar[str] = "epoch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Change settings; the next step uses them."""

    kind: ClassVar[str] = "edit"
    changes: Mapping[str, Any] = field(default_factory=dict)  # dotted setting → new value


Command = Stop | Pause | Continue | RunSteps | RunEpoch | Edit

COMMANDS: dict[str, type[Command]] = {kind.kind: kind for kind in get_args(Command)}


def to_json(command: Command) -> dict[str, Any]:
    """The command as a JSON object; `"command"` names its kind."""
    fields = {item.name: getattr(command, item.name) for item in dataclasses.fields(command)}
    return {"command": command.kind, **fields}


def from_json(record: Mapping[str, Any]) -> Command:
    """The command of a JSON object.

    Raises:
        SettingsError: its kind is unknown, or a value is of the wrong kind.
    """
    kind = COMMANDS.get(str(record.get("command")))
    if kind is None:
        raise _unknown(record)
    names = {item.name for item in dataclasses.fields(kind)}
    values = {name: value for name, value in record.items() if name in names}
    if not all(_IS_VALID[name](value) for name, value in values.items()):
        raise _unknown(record)
    return kind(**values)


def _is_changes(value: Any) -> bool:
    return isinstance(value, Mapping) and len(repr(dict(value))) <= _MOST_TEXT


_MOST_TEXT = 10_000  # characters of an edit
_MOST_STEPS = 2**53
_IS_VALID: Mapping[str, Callable[[Any], bool]] = {
    "reason": lambda value: value in STOP_REASONS,
    "count": lambda value: type(value) is int and 0 < value <= _MOST_STEPS,
    "changes": _is_changes,
}
"""Field of a command → whether a value out of a file may stand there."""


def _unknown(record: Mapping[str, Any]) -> SettingsError:
    text = repr(dict(record))
    quoted = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return SettingsError("{command} is no command that a run knows.", command=quoted)


_LONGEST = 200  # characters of a line that is quoted
