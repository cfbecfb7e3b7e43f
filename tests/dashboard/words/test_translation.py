"""Texts in another language: looked up when they are shown, values filled in afterwards."""

from __future__ import annotations

import gettext

import pytest

from dashboard.words import translation
from dashboard.words.translation import N_, _, ngettext, sentence
from mlcore.errors import CheckpointError, MlcoreError, RunError, SettingsError
from mlcore.runs.record.status import STATE_WORDS

TEXTS = {
    "Epoch {epoch} of {epochs}": "Von {epochs} Epochen die {epoch}.",
    "Train": "Trainieren",
    "{path} is refused: {error}": "{path} wird abgelehnt: {error}",
    "It is empty.": "Es ist leer.",
    "{n} runs": "{n} Läufe",
}


class German(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return TEXTS.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "catalogue", lambda language: {"de": German()}[language])
    monkeypatch.setattr(translation, "_language", lambda: "de")


def test_english_is_the_source_and_needs_no_catalogue() -> None:
    assert _("Epoch {epoch} of {epochs}", epoch=3, epochs=5) == "Epoch 3 of 5"
    assert ngettext("{n} run", "{n:,} runs", 1_000) == "1,000 runs"
    assert _("100 % {sure}") == "100 % {sure}"


def test_a_translation_may_move_the_values(german: None) -> None:
    assert _("Epoch {epoch} of {epochs}", epoch=3, epochs=5) == "Von 5 Epochen die 3."
    assert ngettext("{n} run", "{n} runs", 2) == "2 Läufe"


def test_a_marked_text_is_translated_where_it_is_shown(german: None) -> None:
    label = N_("Train")
    assert (label, _(label)) == ("Train", "Trainieren")


def test_an_error_is_translated_with_the_one_that_it_quotes(german: None) -> None:
    error = CheckpointError(
        "{path} is refused: {error}", path="a.pt", error=SettingsError("It is empty.")
    )
    assert str(error) == "a.pt is refused: It is empty."
    assert sentence(error) == "a.pt wird abgelehnt: Es ist leer."


def test_a_language_without_a_catalogue_is_english() -> None:
    assert translation.catalogue("tlh").gettext("Train") == "Train"


def test_all_languages_are_offered_under_their_own_names() -> None:
    assert translation.languages()[0] == "en"
    assert {name: translation.name_of(name) for name in translation.languages()} == {
        "en": "English",
        "zh-CN": "中文",
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["zh-CN"], "zh-CN"),
        (["zh"], "zh-CN"),
        (["zh_cn"], "zh-CN"),
        (["zh-Hans-CN"], "zh-CN"),
        (["fr-FR", "zh-SG", "en"], "zh-CN"),
        (["en-GB", "zh"], "en"),
        (["", "fr", "../zh_CN", "e"], None),
        ([], None),
    ],
)
def test_the_first_language_that_there_is_is_found(wanted: list[str], found: str | None) -> None:
    assert translation.offered(wanted) == found


def test_chinese_has_the_same_text_for_one_and_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    assert ngettext("{n:,} run", "{n:,} runs", 1) == "1 个运行"
    assert ngettext("{n:,} run", "{n:,} runs", 1_000) == "1,000 个运行"
    assert _("Train") == "训练"


def test_the_state_of_a_run_is_translated_in_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    error = RunError(
        "Run {run} is {state}: stop it before it is deleted.",
        run="7",
        state=MlcoreError(STATE_WORDS["running"]),
    )
    assert str(error) == "Run 7 is running: stop it before it is deleted."
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    assert sentence(error) == "运行 7 处于训练中状态：请先停止它再删除。"


CHINESE = {
    "{first} beats {second}": "{first} 胜过 {second}。",
    "Loss of {run}": "运行 {run} 的损失",
    "{what} is {state}": "{what} 已处于 {state} 状态",
    "{n} {kind}": "{n} 个 {kind}",
    "{problem} Do it.": "{problem} 请做。",
    "{setting} {value}": "{setting} {value}",
}


class Chinese(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return CHINESE.get(message, message)


@pytest.mark.parametrize(
    ("text", "values", "written"),
    [
        ("{first} beats {second}", {"first": "前者", "second": "后者"}, "前者胜过后者。"),
        ("{first} beats {second}", {"first": "Adam", "second": "后者"}, "Adam 胜过后者。"),
        ("Loss of {run}", {"run": "快速入门"}, "运行快速入门的损失"),
        ("Loss of {run}", {"run": "一 二 a 三"}, "运行一 二 a 三的损失"),  # as it was typed
        ("Loss of {run}", {"run": "lr 0.1"}, "运行 lr 0.1 的损失"),
        ("Loss of {run}", {"run": "`代码`"}, "运行 `代码` 的损失"),
        ("{what} is {state}", {"what": 7, "state": MlcoreError("失联")}, "7 已处于失联状态"),
        ("{n} {kind}", {"n": 1_000, "kind": "失败"}, "1000 个失败"),
        ("{problem} Do it.", {"problem": "坏了。"}, "坏了。请做。"),
        ("{problem} Do it.", {"problem": "Broken."}, "Broken. 请做。"),
        ("{setting} {value}", {"setting": "损失", "value": "交叉熵"}, "损失 交叉熵"),
    ],
)
def test_no_space_stands_between_a_chinese_text_and_a_chinese_value(
    monkeypatch: pytest.MonkeyPatch, text: str, values: dict[str, object], written: str
) -> None:
    monkeypatch.setattr(translation, "catalogue", lambda language: Chinese())
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    assert _(text, **values) == written


def test_english_keeps_every_space() -> None:
    assert _("{first} 与 {second}", first="甲", second="乙") == "甲 与 乙"
