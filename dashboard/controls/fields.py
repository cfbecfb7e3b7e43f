"""One widget, or a slider with a typed number, for each kind of setting.

Numbers are typed as text and checked here: a number field of the browser keeps back what it thinks
wrong, so that no sentence can be said about it and the value before it would be trained.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.gaps.widgets import Shown, show
from dashboard.settings import form
from dashboard.words.choices import choice_name
from dashboard.words.setting_effects import EFFECTS
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import N_, _, translated
from dashboard.words.wording import refusal
from mlcore.config import SETTINGS, Setting
from mlcore.errors import SettingsError
from mlcore.rules import Value, named
from mlcore.words import as_text

__all__ = ["choice", "data_field", "field", "setting_help", "stops"]

_NUMBER_WIDTH = 104  # pixels
_OTHER_HELP = {"train.device": N_("what the model is trained on: the processor or a GPU")}
"""Help where the setting's own lists what is typed in a shell, and a page lists it by name."""


def field(name: str, error: str = "") -> None:
    """The widget of a setting, and below it the error in its value."""
    setting = SETTINGS[name]
    if setting.choices:
        choice(setting, setting.choices, choice_name)
    elif setting.kind is bool:
        shown = _show(setting, bool(session.values()[name]))
        st.toggle(value=shown.value, key=shown.key, **_words(setting))
    elif setting.kind in (int, float) and setting.rule.slider:
        _slider_and_number(setting)
    else:
        _text(setting)
    if error:
        st.markdown(refusal(error))


def choice(
    setting: Setting,
    options: tuple[Value, ...],
    name: Callable[[Any], str],
    widget: str = "",
    **appearance: Any,
) -> None:
    """A select box of a setting's values.

    Args:
        setting: which one.
        options: its values.
        name: turns a value into its name.
        widget: name of the widget where a setting has two.
        appearance: arguments of the select box.
    """
    wanted = session.values()[setting.name]
    shown = _show(setting, wanted, widget)
    st.selectbox(
        options=options,
        format_func=name,
        index=options.index(shown.value) if shown.value in options else 0,
        key=shown.key,
        **_words(setting) | appearance,
    )


def data_field() -> None:
    """A second select box of the data set, for a page; both show the same value."""
    setting = SETTINGS["data.name"]
    choice(setting, setting.choices, choice_name, "data-picker", width=220)


def stops(setting: Setting) -> list[int | float]:
    """The values of a logarithmic slider: powers of two, or 1 to 9 times powers of ten."""
    low, high = setting.rule.slider or (1, 1)
    if setting.kind is int:
        return [2**power for power in range(int(math.log2(low)), int(math.log2(high)) + 1)]
    first, last = round(math.log10(low)), round(math.log10(high))
    return [float(f"{digit}e{power}") for power in range(first, last) for digit in range(1, 10)] + [
        float(f"1e{last}")
    ]


def _slider_and_number(setting: Setting) -> None:
    """A slider for the usual values and a field for the whole range; both show the same value."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key=f"pair-{setting.name}"
    ):
        _slider(setting)
        _text(setting, width=_NUMBER_WIDTH, label_visibility="collapsed")


def _slider(setting: Setting) -> None:
    """A slider; it stays where it is while what was typed beside it is refused."""
    kind, (low, high) = setting.kind, setting.rule.slider or (0, 1)
    value = session.values()[setting.name]
    refused = isinstance(value, str)
    stays = _any_value if refused else None
    number: Any = min(max(setting.default if refused else value, low), high)
    if setting.rule.log:
        options = stops(setting)
        nearest = min(options, key=lambda stop: abs(math.log(stop) - math.log(number)))
        shown = _show(setting, nearest, f"{setting.name}-slider", stays)
        st.select_slider(
            options=options,
            format_func=as_text,
            value=shown.value,
            key=shown.key,
            **_words(setting),
        )
        return
    shown = _show(setting, kind(number), f"{setting.name}-slider", stays)
    st.slider(
        min_value=kind(low),
        max_value=kind(high),
        step=_step(setting),
        value=shown.value,
        key=shown.key,
        **_words(setting),
    )


def _text(setting: Setting, **appearance: Any) -> None:
    """A text field; it keeps what a person wrote, where that means the value."""
    value = session.values()[setting.name]
    text = value if isinstance(value, str) else as_text(value)
    shown = _show(setting, text, alike=lambda held: _parsed(setting, held) == value)
    st.text_input(value=shown.value, key=shown.key, **_words(setting), **appearance)


def _parsed(setting: Setting, held: Any) -> Value | str:
    """The value that a widget's means; a text itself where it means none."""
    if not isinstance(held, str):
        value: Value = held
        return value
    try:
        return form.read(setting, held)
    except SettingsError:
        return held


def _show(
    setting: Setting, wanted: Any, widget: str = "", alike: Callable[[Any], bool] | None = None
) -> Shown:
    """Key and value of a widget that shows a setting and changes it."""

    def take(held: Any) -> None:
        _entered(setting.name, _parsed(setting, held))

    return show(widget or setting.name, wanted, take, alike=alike)


def _any_value(_: Any) -> bool:
    return True


def _words(setting: Setting) -> dict[str, Any]:
    return {"label": setting_label(setting.name), "help": setting_help(setting)}


def _entered(name: str, value: Value) -> None:
    session.enter(name, value)
    if name == "data.name":
        for other, fitting in form.fit_to_data(session.values()).items():
            session.change(other, fitting)


def _step(setting: Setting) -> Any:
    """A power of ten that divides the slider's length into about fifty steps."""
    low, high = setting.rule.slider or (0, 1)
    step = 10.0 ** math.floor(math.log10((high - low) / 40))
    return max(1, int(step)) if setting.kind is int else step


def setting_help(setting: Setting) -> str:
    """What a setting is and does, choices named as they are listed, and its name in a shell."""
    text = named(_OTHER_HELP.get(setting.name, setting.rule.help), choice_name, translated)
    text = text[0].upper() + text[1:]
    numbers = setting.rule.range_words(translated) if setting.kind in (int, float) else ""
    effect = named(EFFECTS[setting.name], choice_name, translated)
    if numbers:
        return _(
            "{text} ({range}). {effect} `{setting}`",
            text=text,
            range=numbers,
            effect=effect,
            setting=setting.name,
        )
    return _("{text}. {effect} `{setting}`", text=text, effect=effect, setting=setting.name)
