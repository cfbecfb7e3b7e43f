"""Every setting says what it does to the training."""

from __future__ import annotations

import pytest

from dashboard.words.setting_effects import EFFECTS
from mlcore.config import SETTINGS


def test_every_setting_has_its_effect_and_no_other() -> None:
    assert set(EFFECTS) == set(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_it_is_a_sentence_and_no_repetition_of_what_the_setting_is(name: str) -> None:
    assert EFFECTS[name].endswith(".")
    assert EFFECTS[name][0].isupper()
    assert EFFECTS[name].lower() not in SETTINGS[name].rule.help.lower()
    assert SETTINGS[name].rule.help.lower() not in EFFECTS[name].lower()
