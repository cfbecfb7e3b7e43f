"""A whole number that is typed: what means none stays on the screen, and is refused in a sentence.

A number field of the browser keeps back what it thinks wrong, and a click beside it would count
with the number before. So numbers are typed as text here too (see `dashboard.controls.fields`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.gaps.widgets import show
from dashboard.settings.form import plain_number
from dashboard.words.setting_names import settings_sentence
from dashboard.words.wording import refusal
from mlcore.config import read_number
from mlcore.errors import SettingsError
from mlcore.rules import Rule

__all__ = ["NumberField", "forget"]

_TYPED = "typed-numbers"  # name of the field → the text that a person typed


@dataclass(frozen=True, slots=True)
class NumberField:
    """A field for a whole number.

    Attributes:
        name: of the widget and of what was typed in it, which outlives the page.
        label: what the number is, on the page and in the sentence that refuses it.
        default: the number as long as nobody typed one.
        rule: its range.
    """

    name: str
    label: str
    default: int
    rule: Rule

    def draw(self, take: Callable[[int], None] | None = None, **appearance: Any) -> int | None:
        """Draw the field, and below it what is wrong with what was typed.

        Args:
            take: called with a number that was typed, which is then the caller's to keep and to
                give as the default.
            appearance: arguments of the text field.

        Returns:
            The number; None while what was typed means none.
        """

        def entered(text: str) -> None:
            _typed()[self.name] = text
            if take is not None:
                try:
                    number = self.value()
                except SettingsError:
                    return
                forget(self.name)
                take(number)

        text = _typed().get(self.name, f"{self.default}")
        shown = show(self.name, text, entered, alike=lambda held: _number(held) == _number(text))
        st.text_input(self.label, shown.value, key=shown.key, **appearance)
        try:
            return self.value()
        except SettingsError as error:
            st.markdown(refusal(str(error)))
            return None

    def value(self) -> int:
        """The number that was typed, or the default.

        Raises:
            SettingsError: what was typed is none, or out of range.
        """
        typed = _typed().get(self.name)
        return self.default if typed is None else self._check(_number(typed))

    def _check(self, number: Any) -> int:
        try:
            number = self.rule.check(self.label, number, int)
        except SettingsError as error:
            words = settings_sentence(error).replace(f"`{self.label}`", self.label)
            raise SettingsError("{words}", words=words) from error
        assert isinstance(number, int)
        return number


def forget(name: str) -> None:
    """Have a field begin anew at its default."""
    _typed().pop(name, None)


def _number(text: str) -> int | float | str:
    return read_number(plain_number(text))


def _typed() -> dict[str, str]:
    typed: dict[str, str] = st.session_state.setdefault(_TYPED, {})
    return typed
