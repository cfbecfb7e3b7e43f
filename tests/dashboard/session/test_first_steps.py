"""What was done of the first steps, and where a click leads."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session import first_steps
from tests.dashboard.train_page import opened


def held(app: AppTest) -> list[str]:
    return list(app.session_state["first-steps-done"] or {})


def test_a_step_is_done_when_the_thing_is_done(runs):
    app = opened()
    assert "first-steps-done" not in app.session_state
    app.switch_page("app_pages/data.py").run()
    assert held(app) == ["data"]


def test_a_click_on_a_step_opens_its_page_and_its_part(runs):
    app = opened()
    app.switch_page("app_pages/data.py").run()
    app.session_state["places-wanted"] = ("data", "train")
    app.session_state["places"] = {"how": "model"}
    app.run()
    assert not app.exception
    assert "model" in held(app)
    assert any("How it works: the model" in one.label for one in app.main.expander)


def test_only_steps_that_there_are_can_be_done():
    with pytest.raises(KeyError):
        first_steps.note("fly")


def test_a_later_session_shows_them_again_too(script):
    page = "from dashboard.session import first_steps\nfirst_steps.begin_again()\n"
    page += "say(first_steps.again())"
    earlier, later = (int(script(page).text[0].value) for _ in range(2))
    assert 0 < earlier <= later
    assert later > 1_000_000_000_000  # not a count of this session: the browser kept the last one
