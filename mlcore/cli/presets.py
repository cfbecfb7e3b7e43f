"""`mlcore presets`, and how a preset is found by what a person types."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import read, switch
from mlcore.cli.layout import value_text
from mlcore.config import RunConfig
from mlcore.errors import SettingsError
from mlcore.presets import PRESETS
from mlcore.rules import list_words, nearest

__all__ = ["find_preset", "run", "slug"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """List the named settings that `mlcore train --preset NAME` starts from."""

    json: Annotated[bool, switch("one JSON object a line, with all settings")] = False


def run(argv: Sequence[str]) -> int:
    """List the presets: what each sets differently from the quick start."""
    options, _ = read("presets", Options, argv)
    plain = RunConfig().flat()
    for name, config in PRESETS.items():
        if options.json:
            record = {"preset": slug(name), "name": name, "settings": config.to_json()}
            print(json.dumps(record, ensure_ascii=False))
            continue
        changed = [
            f"--{key.replace('_', '-')} {value_text(value)}"
            for key, value in config.flat().items()
            if value != plain[key] and not isinstance(value, bool)
        ]
        changed += [
            f"--{key.replace('_', '-')}"
            for key, value in config.flat().items()
            if value is True and plain[key] is False
        ]
        print(f"{slug(name):<20} {name}")
        print(f"{'':<20} {' '.join(changed) or 'the defaults'}")
    return 0


def slug(name: str) -> str:
    """A preset's name as one types it: "Fast 98 %" → "fast-98"."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))


def find_preset(name: str) -> RunConfig:
    """The settings of a preset, by its name or slug, in any case.

    Raises:
        SettingsError: there is none of that name.
    """
    known = {slug(preset): config for preset, config in PRESETS.items()}
    if slug(name) not in known:
        raise SettingsError(
            f"{name!r} is no preset{nearest(slug(name), known)}: choose {list_words(known, 'or')}."
        )
    return known[slug(name)]
