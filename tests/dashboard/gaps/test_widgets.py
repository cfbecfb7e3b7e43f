"""A person's value is taken once and whole; what a browser repeats of an older one is not."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.gaps.reruns import patch

SCRIPT = """
import streamlit as st
from dashboard.gaps.widgets import show, take_changes

take_changes()
state = st.session_state
state.setdefault("rate", 0.5)
state.setdefault("clicked", [])

def typed(text):
    state.rate = float(text.replace(",", "."))

def slid(value):
    state.rate = value

def click():
    state.clicked = [*state.clicked, state.rate]

def halve():
    state.rate = state.rate / 2

st.button("Go", key="go", on_click=click)
st.button("Halve", key="halve", on_click=halve)
shown = show("slider", float(round(state.rate)), slid)
st.slider("Slider", 0.0, 9.0, shown.value, key=shown.key)
means = lambda text: float(text.replace(",", ".")) == state.rate
shown = show("number", str(state.rate), typed, alike=means)
st.text_input("Number", shown.value, key=shown.key)
"""


@pytest.fixture
def app() -> AppTest:
    assert patch()
    app = AppTest.from_string(SCRIPT).run()
    assert not app.exception
    return app


def key(widgets: Any, name: str) -> str:
    """The whole key of the widget of this name that is drawn."""
    return next(str(widget.key) for widget in widgets if str(widget.key).strip() == name)


def test_a_click_finds_the_value_that_came_with_it(app: AppTest) -> None:
    app.text_input(key="number").set_value("3.0")
    app.button(key="go").click().run()
    assert app.session_state["clicked"] == [3.0]
    assert app.slider(key="slider").value == 3.0


def test_a_value_that_the_program_changes_is_shown_by_another_widget(app: AppTest) -> None:
    before = key(app.text_input, "number")
    app.slider(key="slider").set_value(4.0).run()
    assert app.text_input(key="number").value == "4.0"
    assert key(app.text_input, "number") != before
    assert not app.text_input(key="number").proto.set_value


def test_what_means_the_value_stays_as_it_was_written(app: AppTest) -> None:
    before = key(app.text_input, "number")
    for _ in range(2):
        app.text_input(key="number").set_value("3,0").run()
        assert app.text_input(key="number").value == "3,0"
        assert key(app.text_input, "number") == before


def late_browser(app: AppTest) -> AppTest:
    """A browser that shows what the app drew until now, and goes on showing it."""
    tree = app._tree
    app.button(key="halve").click().run()
    app._tree = tree
    app.button(key="halve").set_value(False)
    return app


def test_what_a_late_browser_repeats_is_no_change(app: AppTest) -> None:
    app.text_input(key="number").set_value("3.0").run()
    late = late_browser(app)
    late.slider(key="slider").set_value(3.0)
    late.text_input(key="number").set_value("3.0")
    late.button(key="go").click().run()
    assert app.session_state["clicked"] == [1.5]
    assert app.text_input(key="number").value == "1.5"


def test_what_a_person_enters_in_a_late_browser_is_taken(app: AppTest) -> None:
    late = late_browser(app)
    late.slider(key="slider").set_value(0.0)
    late.text_input(key="number").set_value("7.0")
    late.button(key="go").click().run()
    assert app.session_state["clicked"] == [7.0]
    assert (app.text_input(key="number").value, app.slider(key="slider").value) == ("7.0", 7.0)


def test_of_a_widget_that_is_drawn_again_later_nothing_old_comes_back(app: AppTest) -> None:
    app.text_input(key="number").set_value("3.0").run()
    app.button(key="halve").click().run()
    app.button(key="halve").click().run()
    assert app.text_input(key="number").value == "0.75"
    assert len({key(app.text_input, "number"), "number"}) == 2


def test_another_edition_is_another_widget() -> None:
    script = """
import streamlit as st
from dashboard.gaps.widgets import show
state = st.session_state
shown = show("run", "a", print, edition=state.get("label", "one"))
st.selectbox("Run", ["a"], key=shown.key, format_func=lambda run: state.get("label", "one"))
"""
    app = AppTest.from_string(script).run()
    before = key(app.selectbox, "run")
    app.run()
    assert key(app.selectbox, "run") == before
    app.session_state["label"] = "two"
    app.run()
    assert key(app.selectbox, "run") != before
    assert app.selectbox(key="run").options == ["two"]


def test_in_another_language_it_is_another_widget_of_the_same_value() -> None:
    script = (
        "import streamlit as st\n"
        "from dashboard.gaps.widgets import show, take_changes\n"
        "take_changes()\n"
        "st.session_state.setdefault('taken', [])\n"
        "shown = show('choice', 'relu', st.session_state.taken.append)\n"
        "st.selectbox('Choice', ['relu'], key=shown.key)\n"
    )
    app = AppTest.from_string(script).run()
    before = app.selectbox[0].key
    app.session_state["language"] = "zh-CN"
    app.run().run()
    assert app.selectbox[0].key != before
    assert app.selectbox[0].value == "relu"
    assert app.session_state.taken == []
