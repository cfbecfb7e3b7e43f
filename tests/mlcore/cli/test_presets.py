from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from mlcore.cli.arguments import read
from mlcore.cli.presets import Options
from mlcore.config import SETTINGS, RunConfig
from mlcore.presets import PRESETS, find_preset

Shell = Callable[..., Any]


def test_the_flags_that_are_listed_give_the_preset(shell: Shell) -> None:
    lines = shell("presets").out.splitlines()
    for name, flags in zip(lines[::2], lines[1::2], strict=True):
        words = [] if flags.strip() == "the defaults" else shlex.split(flags)
        _, given = read("presets", Options, words, settings=SETTINGS)
        assert RunConfig.from_flat(given) == find_preset(name.split()[0])


def test_machines_read_all_settings(shell: Shell) -> None:
    records = shell("presets --json").records
    assert {r["name"]: RunConfig.from_json(r["settings"]) for r in records} == dict(PRESETS)
