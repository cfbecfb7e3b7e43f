"""Widgets show the session's value, also when the run of the script that set it was interrupted."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

NUMBER = """
import streamlit as st
from dashboard.gaps.widgets import show_value
wanted = st.session_state.get("wanted", 0.5)
st.number_input("rate", 0.0, 9.0, key="rate", **show_value("rate", wanted))
"""
CHOICE = """
import streamlit as st
from dashboard.gaps.widgets import show_choice
st.selectbox("way", ["a", "b", "c"], key="way", **show_choice("way", "b", ["a", "b", "c"]))
"""


@pytest.fixture
def later(monkeypatch):
    """Advance the clock of the widgets by so many seconds."""
    import time

    real, ahead = time.monotonic, [0.0]
    monkeypatch.setattr("dashboard.gaps.widgets.time.monotonic", lambda: real() + ahead[0])

    def advance(seconds):
        ahead[0] += seconds

    return advance


def test_a_value_is_sent_to_the_browser_by_every_run_of_the_first_moment():
    app = AppTest.from_string(NUMBER).run()
    assert app.number_input(key="rate").proto.set_value
    app.run()  # the first may have been dropped on its way
    proto = app.number_input(key="rate").proto
    assert proto.set_value
    assert proto.value == 0.5


def test_afterwards_it_is_the_default_and_typing_goes_on(later):
    app = AppTest.from_string(NUMBER).run()
    later(2)
    app.run()
    proto = app.number_input(key="rate").proto
    assert not proto.set_value
    assert proto.default == 0.5


def test_a_value_that_the_program_changes_is_sent_again(later):
    app = AppTest.from_string(NUMBER).run()
    later(2)
    app.session_state["wanted"] = 3.0
    for _ in range(2):
        app.run()
        proto = app.number_input(key="rate").proto
        assert proto.set_value
        assert proto.value == 3.0
    assert not app.exception


def test_a_choice_falls_back_to_itself_and_not_to_the_first(later):
    app = AppTest.from_string(CHOICE).run()
    assert app.selectbox(key="way").value == "b"
    later(2)
    app.run()
    assert app.selectbox(key="way").proto.default == 1
    assert app.selectbox(key="way").value == "b"


@pytest.mark.parametrize("name", ["optim.lr", "train.epochs", "data.std"])
def test_no_setting_of_the_sidebar_would_fall_back_to_its_minimum(app, later, name):
    app.query_params["optim.lr"] = "0.05"
    app.run()
    later(2)
    app.run()
    field = app.number_input(key=name)
    assert field.proto.default == field.value
    assert field.value > field.proto.min
