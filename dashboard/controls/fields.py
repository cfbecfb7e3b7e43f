"""One widget, or a slider with a typed number, for each kind of setting."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.gaps.widgets import only_in_full_runs, show_choice, show_value
from dashboard.settings import form
from dashboard.words.choices import choice_name
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _, translated
from mlcore.config import SETTINGS, Setting
from mlcore.errors import SettingsError
from mlcore.rules import Value
from mlcore.words import as_text

__all__ = ["choice", "data_field", "field", "stops"]

_NUMBER_WIDTH = 104  # pixels


def field(name: str, error: str = "") -> None:
    """The widget of a setting, and below it the error in its value."""
    setting = SETTINGS[name]
    if setting.choices:
        choice(setting, setting.choices, choice_name)
    elif setting.kind is bool:
        st.toggle(**show_value(name, bool(session.values()[name])), **_shared(setting))
    elif setting.kind in (int, float) and setting.rule.slider:
        _slider_and_number(setting)
    elif setting.kind in (int, float):
        _number(setting, width="stretch")
    else:
        _text(setting)
    if error:
        st.markdown(f":red[:material/error: {error}]")


def choice(
    setting: Setting, options: tuple[str, ...], name: Callable[[str], str], **appearance: Any
) -> None:
    """A select box of a setting's values; `name` turns a value into its name."""
    shared = _shared(setting) | appearance
    st.selectbox(
        options=options,
        format_func=name,
        **show_choice(shared["key"], session.values()[setting.name], options),
        **shared,
    )


def data_field() -> None:
    """A second select box of the data set, for a page; both show the same value."""
    setting = SETTINGS["data.name"]
    shared = _shared(setting, "data-picker") | {"help": None, "width": 220}
    choice(setting, setting.choices, choice_name, **shared)


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
    name, rule = setting.name, setting.rule
    low, high = rule.slider or (0, 1)
    value: Any = session.values()[name]
    key = f"{name}-slider"
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key=f"pair-{name}"
    ):
        if rule.log:
            options = stops(setting)
            nearest = min(options, key=lambda stop: abs(math.log(stop) - math.log(max(value, low))))
            st.select_slider(
                options=options,
                format_func=as_text,
                **show_value(key, nearest),
                **_shared(setting, key),
            )
        else:
            kind = setting.kind
            st.slider(
                min_value=kind(low),
                max_value=kind(high),
                step=_step(setting),
                **show_value(key, kind(min(max(value, low), high))),
                **_shared(setting, key),
            )
        _number(setting, width=_NUMBER_WIDTH, label_visibility="collapsed")


def _number(setting: Setting, **appearance: Any) -> None:
    rule, kind = setting.rule, setting.kind
    low = rule.low if rule.low is not None else rule.above
    high = rule.high if rule.high is not None else rule.below
    st.number_input(
        min_value=kind(low) if low is not None else None,
        max_value=kind(high) if high is not None else None,
        step=_step(setting),
        format="%d" if kind is int else "%g",
        **show_value(setting.name, kind(session.values()[setting.name])),
        **appearance,
        **_shared(setting),
    )


def _text(setting: Setting) -> None:
    value = session.values()[setting.name]
    key = setting.name
    text = st.session_state.get(key)
    if text is None or _parsed(setting, text) != value:  # else as the person wrote it
        text = value if isinstance(value, str) else as_text(value)
    st.text_input(**show_value(key, text), **_shared(setting))


def _parsed(setting: Setting, text: str) -> Value | str:
    """The value that a text means; the text itself where it means none."""
    try:
        return form.read(setting, text)
    except SettingsError:
        return text


def _shared(setting: Setting, key: str = "") -> dict[str, Any]:
    """Arguments of every widget: its label, and what writes its new value to the session."""
    key = key or setting.name
    return {
        "label": setting_label(setting.name),
        "key": key,
        "help": _help(setting),
        "on_change": _changed,
        "args": (setting.name, key),
    }


@only_in_full_runs
def _changed(name: str, key: str) -> None:
    value = st.session_state[key]
    setting = SETTINGS[name]
    session.change(name, _parsed(setting, value) if isinstance(value, str) else value)
    if name == "data.name":
        for other, fitting in form.fit_to_data(session.values()).items():
            session.change(other, fitting)


def _step(setting: Setting) -> Any:
    """A power of ten that divides the slider's length into about fifty steps."""
    if setting.rule.log or setting.rule.slider is None:
        value = session.values()[setting.name]
        return 1 if setting.kind is int else 10.0 ** math.floor(math.log10(value or 1))
    low, high = setting.rule.slider
    step = 10.0 ** math.floor(math.log10((high - low) / 40))
    return max(1, int(step)) if setting.kind is int else step


def _help(setting: Setting) -> str:
    text = translated(setting.rule.help)
    text = text[0].upper() + text[1:]
    numbers = setting.rule.range_words(translated) if setting.kind in (int, float) else ""
    if numbers:
        return _("{text} ({range}). `{setting}`", text=text, range=numbers, setting=setting.name)
    return _("{text}. `{setting}`", text=text, setting=setting.name)
