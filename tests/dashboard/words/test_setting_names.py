"""Settings by their labels, in sentences of any language."""

from __future__ import annotations

import gettext

import pytest

from dashboard.words import translation
from dashboard.words.setting_names import setting_label, settings_sentence, with_labels
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
