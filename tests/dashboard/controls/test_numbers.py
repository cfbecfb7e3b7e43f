"""A typed number: what means none stays, is refused in a sentence, and is not taken."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from dashboard.controls.numbers import NumberField
    from dashboard.gaps import reruns
    from mlcore.errors import SettingsError
    from mlcore.rules import Rule

    reruns.patch()
    rule = Rule("images", label="Images", low=1, high=60_000)
    field = NumberField("images", "Images", st.session_state.get("default", 5), rule)
    drawn = field.draw(st.session_state.get("take"))
    st.text(f"drawn {drawn}")

    def click() -> None:
        try:
            st.session_state["taken"] = field.value()
        except SettingsError as error:
            st.session_state["taken"] = str(error)

    st.button("Go", on_click=click, key="go")


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(script).run()


def words(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.text))


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), (" 1e3", 1000), ("60,000", 60_000), ("60 000", 60_000)]
)
def test_what_is_typed_is_taken_at_the_click(app: AppTest, text: str, number: int) -> None:
    field = app.text_input[0]
    field.input(text)
    app.button[0].click().run()
    assert app.session_state["taken"] == number
    assert f"drawn {number}" in words(app)


@pytest.mark.parametrize("text", ["-1", "0", "60001", "2.5", "many", "", "1e400", "9" * 5_000])
def test_what_means_no_such_number_is_refused_in_a_sentence(app: AppTest, text: str) -> None:
    app.text_input[0].input(text)
    app.button[0].click().run()
    wrong = "Images must be a whole number at least 1 and at most 60,000, but got "
    assert app.session_state["taken"].startswith(wrong)
    assert wrong in words(app)
    assert app.text_input[0].value == text
    assert "drawn None" in words(app)


def test_a_number_that_is_handed_over_is_the_default_from_then_on(app: AppTest) -> None:
    taken: list[Any] = []

    def take(number: int) -> None:
        taken.append(number)
        app.session_state["default"] = number

    app.session_state["take"] = take
    app.run()
    app.text_input[0].input("0").run()
    assert taken == []
    app.text_input[0].input("8").run()
    app.run()
    assert taken == [8]
    assert app.text_input[0].value == "8"
    app.session_state["default"] = 9  # from elsewhere
    app.run()
    assert app.text_input[0].value == "9"
