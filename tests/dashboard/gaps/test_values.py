"""One value of a session is found without putting all of them together."""

from __future__ import annotations

import pytest

from dashboard.gaps.values import patch
from tests.dashboard.gaps.private import private

STATE = "streamlit.runtime.state"


@pytest.fixture
def sessions():
    """The session's state as Streamlit holds it, and as its widgets see it."""
    assert patch()
    held = private(f"{STATE}.session_state:SessionState")()
    return held, private(f"{STATE}.safe_session_state:SafeSessionState")(held, lambda: None)


def test_it_answers_as_the_whole_does(sessions):
    held, seen = sessions
    held["rate"], held["none"] = 0.003, None
    values = seen.filtered_state
    assert dict(values) == held.filtered_state == {"rate": 0.003, "none": None}
    assert "rate" in values
    assert "none" in values
    assert values["none"] is None
    assert "other" not in values
    assert len(values) == 2
    assert str(values) == str(held.filtered_state)
    with pytest.raises(KeyError):
        values["other"]


def test_one_value_is_found_without_the_others(sessions, monkeypatch):
    held, seen = sessions
    held["rate"] = 0.003
    whole = property(lambda self: pytest.fail("all values were put together"))
    monkeypatch.setattr(type(held), "filtered_state", whole)
    assert seen.filtered_state["rate"] == 0.003
