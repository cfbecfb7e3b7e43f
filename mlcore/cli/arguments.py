"""From words to options and settings: tyro splits the words, `mlcore.config` checks the values.

Every setting becomes a flag (`--optim.lr`) whose help is made from its `Rule`. Its words are read
by `mlcore.config.parse`, so that a shell gets the same sentences about a bad value as the page.
"""

from __future__ import annotations

import dataclasses
import inspect
import itertools
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, TypeVar

import tyro

from mlcore.cli.layout import value_text
from mlcore.cli.options import RefusedError, raw, text
from mlcore.config import RunConfig, Setting, find_setting, parse
from mlcore.config.settings import setting_meant
from mlcore.errors import SettingsError
from mlcore.rules import Value, did_you_mean, list_words, named, nearest, shortened

__all__ = ["read"]

T = TypeVar("T")

_PATHS = ("target", "other", "runs", "output", "images", "checkpoint", "storage_file")
"""Options that may name a file."""

_ANSWERS = ("true", "false", "on", "off", "yes", "no", "1", "0")
"""What people write behind a switch."""


class Words(tuple[str, ...]):
    """What was written behind a setting's flag; defaults are never of this type."""

    __slots__ = ()


def read(
    command: str,
    options: type[T],
    argv: Sequence[str],
    *,
    settings: Iterable[str] = (),
    base: RunConfig | None = None,
) -> tuple[T, dict[str, Value]]:
    """Read a command's words.

    Args:
        command: its name; the docstring of `options` describes it.
        options: a dataclass of what it takes besides settings; every field has a default.
        argv: the words.
        settings: dotted names of the settings it takes.
        base: settings whose values the help shows as defaults.

    Returns:
        The options, and dotted name → value of the settings that were given.

    Raises:
        SettingsError: a word is no option, lacks its value, or its value is refused.
        SystemExit: help was asked for and shown.
    """
    taken = [find_setting(name) for name in settings]
    _check_switches(argv, taken)
    before = (base or RunConfig()).flat()
    parser = _parser(options, taken, before)
    try:
        found, left = tyro.cli(
            parser,
            prog=f"mlcore {command}",
            description=inspect.getdoc(options),
            args=list(argv),
            return_unknown_args=True,
            console_outputs=_asks_help(argv),
        )
    except RefusedError as refused:
        raise refused.error from None
    except SystemExit as end:
        if end.code:
            raise _incomplete(command, argv, _names(options, taken, bare=False)) from None
        raise
    if left:
        raise _unknown(command, left[0], _names(options, taken, bare=True))
    _check_texts(command, found.options)
    return found.options, _given(found, taken, before)


def _check_switches(argv: Sequence[str], taken: list[Setting]) -> None:
    """Refuse a switch that is written with a value.

    Raises:
        SettingsError: one is; the message names its two flags.
    """
    switches = {_flag(setting.name): setting for setting in taken if setting.kind is bool}
    for given, after in itertools.pairwise([*argv, ""]):
        flag, equals, value = _flag(given[2:]).partition("=")
        value = value if equals else after
        if given[:2] == "--" and flag in switches and (equals or value.casefold() in _ANSWERS):
            setting = switches[flag]
            raise SettingsError(
                "`{flag}` takes no value, but got {value!r}: `{flag}` turns it on, `{off}` off.",
                flag=flag,
                off=_flag(f"{setting.group}.no_{setting.field}"),
                value=shortened(value),
            )


def _asks_help(argv: Sequence[str]) -> bool:
    return any(word in ("-h", "--help") for word in argv)


def _parser(options: type[Any], taken: list[Setting], before: dict[str, Value]) -> type[Any]:
    """A dataclass with the options, and one more in it for each group of settings."""
    groups: dict[str, list[Any]] = {}
    for setting in taken:
        value = before[setting.name]
        member = (setting.field, _argument(setting, value), dataclasses.field(default=value))
        groups.setdefault(setting.group, []).append(member)
    fields: list[Any] = [
        (
            "options",
            Annotated[options, tyro.conf.FlagCreatePairsOff, tyro.conf.arg(name="")],
            dataclasses.field(default_factory=options),
        )
    ]
    for name, members in groups.items():
        group = dataclasses.make_dataclass(name, members)
        fields.append((name, group, dataclasses.field(default_factory=group)))
    return dataclasses.make_dataclass("Arguments", fields)


def _argument(setting: Setting, value: Value) -> Any:
    """The type of a setting's flag, with its help; `value` applies where the flag is not given."""
    default = value_text(value)
    if setting.kind is bool:
        return Annotated[bool, text(_help(setting), default, metavar=None)]
    spec = raw(Words, _metavar(setting), "*" if isinstance(value, tuple) else 1)
    return Annotated[Any, spec, text(_help(setting), default or "none", _metavar(setting))]


def _help(setting: Setting) -> str:
    """Help, range, and where the setting applies."""
    parts = [named(setting.rule.help)]
    if words := setting.rule.range_words().replace(",", ""):
        parts.append(f"[{words}]")
    for other, allowed in setting.rule.applies.items():
        parts.append(f"[with {_flag(other)} {list_words(allowed, 'or')}]")
    return " ".join(parts)


def _metavar(setting: Setting) -> str:
    if setting.choices:
        return f"{{{','.join(setting.choices)}}}"
    names = {int: "N", float: "X", str: "TEXT"}
    return names.get(setting.kind, "[N ...]")


def _given(found: Any, taken: list[Setting], before: dict[str, Value]) -> dict[str, Value]:
    """The settings that were written, checked one by one."""
    given: dict[str, Value] = {}
    for setting in taken:
        value = getattr(getattr(found, setting.group), setting.field)
        if isinstance(value, Words):
            given[setting.name] = parse(setting.name, " ".join(value))
        elif setting.kind is bool and value != before[setting.name]:
            given[setting.name] = value
    return given


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _names(options: type[Any], taken: list[Setting], *, bare: bool) -> list[str]:
    """The flags of a command; those that may have no value only where `bare` is true."""
    defaults: dict[str, Any] = {setting.name: setting.default for setting in taken}
    defaults |= {field.name: field.default for field in dataclasses.fields(options)}
    return [
        _flag(name)
        for name, default in defaults.items()
        if bare or not isinstance(default, bool | tuple)
    ]


def _check_texts(command: str, options: Any) -> None:
    """Refuse bytes that are no text, but for paths, which may hold any."""
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        for word in value if isinstance(value, tuple) else (value,):
            bare = isinstance(word, str) and field.name not in _PATHS
            if isinstance(word, str) and ("\0" in word or (bare and not _is_utf8(word))):
                raise SettingsError(
                    "`mlcore {command}` takes text in UTF-8, but got {word!r}.",
                    command=command,
                    word=shortened(word),
                )


def _is_utf8(word: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in word)


def _unknown(command: str, word: str, names: list[str]) -> SettingsError:
    if not word.startswith("-"):
        return SettingsError(
            "`mlcore {command}` does not know what to do with {word!r}: "
            "`mlcore {command} --help` says what it takes.",
            command=command,
            word=shortened(word),
        )
    flag = word.partition("=")[0]
    meant = _flag(setting_meant(flag[2:]))
    return SettingsError(
        "`{flag}` is no option of `mlcore {command}`{hint}: `mlcore {command} --help` lists them.",
        flag=shortened(flag),
        command=command,
        hint=did_you_mean(meant) if meant in names else nearest(_flag(flag[2:]), names),
    )


def _incomplete(command: str, argv: Sequence[str], flags: list[str]) -> SettingsError:
    """The parser refuses nothing but a flag without its value: find that flag."""
    follows = [*argv[1:], "--"]
    bare = [
        a for a, b in zip(argv, follows, strict=True) if b[:2] == "--" and _flag(a[2:]) in flags
    ]
    flag = bare[0] if bare else "an option"
    return SettingsError(
        "`{flag}` needs a value: `mlcore {command} --help` says which.", flag=flag, command=command
    )
