from __future__ import annotations

import re

import pytest

from dashboard.controls.fields import setting_help, stops
from dashboard.words import translation
from mlcore.config import SETTINGS
from mlcore.presets import PRESETS
from mlcore.rules import named


def test_the_learning_rate_stops_at_round_values_over_five_powers_of_ten() -> None:
    rates = stops(SETTINGS["optim.lr"])
    assert (rates[0], rates[-1], len(rates)) == (1e-5, 1.0, 46)
    assert rates == sorted(set(rates))
    assert 0.003 in rates
    assert {preset.optim.lr for preset in PRESETS.values()} <= set(rates)


def test_the_batch_size_stops_at_powers_of_two() -> None:
    assert stops(SETTINGS["data.batch_size"]) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]


def test_a_help_names_choices_as_the_page_lists_them(monkeypatch: pytest.MonkeyPatch) -> None:
    text = setting_help(SETTINGS["optim.plateau_patience"])
    assert "before the Reduce on plateau schedule drops" in text
    typed = re.compile(r"one_cycle|cross_entropy|nll|adamw|written_out|cuda_graph|cuda:N")
    helps = [setting_help(setting).partition(" `")[0] for setting in SETTINGS.values()]
    assert [text for text in helps if typed.search(text) or "{" in text] == []
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    text = setting_help(SETTINGS["optim.gamma"])
    assert text.startswith("阶梯下降和平台期下降调度每次下降所乘的系数（")


def test_in_a_shell_a_help_names_them_as_they_are_typed() -> None:
    choices = {choice for setting in SETTINGS.values() for choice in setting.choices}
    for setting in SETTINGS.values():
        named_there = re.findall(r"{(\w+)}", setting.rule.help)
        assert set(named_there) <= choices
        assert [choice for choice in named_there if choice not in named(setting.rule.help)] == []
        assert "{" not in named(setting.rule.help)
