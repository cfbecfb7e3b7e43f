"""Settings by their labels, in sentences of any language."""

from __future__ import annotations

import gettext

import pytest

from dashboard.words import translation
from dashboard.words.setting_names import setting_label, settings_sentence, with_labels
from mlcore.config import RunConfig
from mlcore.errors import SettingsError

ERROR = SettingsError(
    "`{name}` must be below `optim.lr`, but got {value!r}; {why}",
    name="optim.min_lr",
    value=0.5,
    why=SettingsError("`{name}` is `digits`.", name="data.name"),
)


class German(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return {
            "`{name}` must be below `optim.lr`, but got {value!r}; {why}": (
                "Statt {value!r} muss »{name}« kleiner sein als `optim.lr`; {why}"
            ),
            "Learning rate": "Lernrate",
        }.get(message, message)


def test_a_setting_is_called_by_its_label() -> None:
    assert setting_label("optim.lr") == "Learning rate"


def test_a_sentence_names_labels_and_leaves_other_code_alone() -> None:
    assert with_labels("`optim.lr` is not `digits`.") == "Learning rate is not `digits`."
    assert settings_sentence(ERROR) == (
        "Lowest learning rate must be below Learning rate, but got 0.5; Data set is `digits`."
    )


def test_it_does_so_in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "catalogue", lambda language: German())
    assert settings_sentence(ERROR).startswith(
        "Statt 0.5 muss »Lowest learning rate« kleiner sein als Lernrate;"
    )


def test_chinese_has_no_space_around_a_chinese_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    with pytest.raises(SettingsError) as caught:
        RunConfig.from_flat({"optim.lr": -1.0})
    assert (
        settings_sentence(caught.value) == "学习率必须是大于 0 且不大于 100 的数，但得到的是 -1.0。"
    )
    assert with_labels("启用 `optim.nesterov` 时 `train.epochs` 太小") == "启用 Nesterov 时轮数太小"
