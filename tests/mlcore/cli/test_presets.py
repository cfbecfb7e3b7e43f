from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from mlcore.cli.arguments import read
from mlcore.cli.presets import Options, find_preset, slug
from mlcore.config import SETTINGS, RunConfig
from mlcore.presets import PRESETS

Shell = Callable[..., Any]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_found_by_name_and_slug(name: str) -> None:
    for written in (name, name.upper(), slug(name), slug(name).replace("-", "_")):
        assert find_preset(written) == PRESETS[name]


def test_no_two_presets_share_a_slug() -> None:
    assert len({slug(name) for name in PRESETS}) == len(PRESETS)


def test_the_flags_that_are_listed_give_the_preset(shell: Shell) -> None:
    lines = shell("presets").out.splitlines()
    for name, flags in zip(lines[::2], lines[1::2], strict=True):
        words = [] if flags.strip() == "the defaults" else shlex.split(flags)
        _, given = read("presets", Options, words, settings=SETTINGS)
        assert RunConfig.from_flat(given) == find_preset(name.split()[0])


def test_machines_read_all_settings(shell: Shell) -> None:
    records = shell("presets --json").records
    assert {r["name"]: RunConfig.from_json(r["settings"]) for r in records} == dict(PRESETS)
