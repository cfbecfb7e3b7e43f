"""`mlcore presets`: the named settings to start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption
from mlcore.cli.layout import print_json, value_text
from mlcore.config import RunConfig
from mlcore.presets import PRESETS, slug

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """List the named settings that `mlcore train --preset NAME` starts from."""

    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """List the presets: what each sets differently from the quick start."""
    options, _ = read("presets", Options, argv)
    for name, config in PRESETS.items():
        if options.json:
            record = {"preset": slug(name), "name": name, "settings": config.to_json()}
            print_json(record)
        else:
            print(f"{slug(name):<20} {name}")
            print(f"{'':<20} {_flags(config) or 'the defaults'}")
    return 0


def _flags(config: RunConfig) -> str:
    """The settings that differ from the quick start, as one writes them; switches last."""
    default = RunConfig().flat()
    flags, switches = [], []
    for name, value in config.flat().items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            switches += [flag] if value and not default[name] else []
        elif value != default[name]:
            flags.append(f"{flag} {value_text(value)}")
    return " ".join([*flags, *switches])
