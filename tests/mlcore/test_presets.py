from __future__ import annotations

import pytest

from mlcore.errors import SettingsError
from mlcore.presets import PRESETS, find_preset, slug


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_found_by_name_and_slug(name: str) -> None:
    for written in (name, name.upper(), slug(name), slug(name).replace("-", "_")):
        assert find_preset(written) == PRESETS[name]


def test_no_two_presets_share_a_slug() -> None:
    assert len({slug(name) for name in PRESETS}) == len(PRESETS)


def test_an_unknown_preset_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r'is no preset \(did you mean "fast-98"\?\): choose '):
        find_preset("fast-89")
