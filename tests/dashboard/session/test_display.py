from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from dashboard import session

Script = Callable[..., AppTest]


def test_other_samples_are_drawn_only_when_asked_for(script: Script) -> None:
    page = script(
        "say(session.draw_number('x'))\nsession.draw_again('x')\n"
        "say(session.draw_number('x'), session.draw_number('y'))"
    )
    assert [item.value for item in page.text] == ["0", "1 0"]


def test_the_language_is_the_sessions_and_english_without_one(script: Script) -> None:
    page = script(
        "say(session.language())\nst.session_state['language'] = 'de'\nsay(session.language())"
    )
    assert [item.value for item in page.text] == ["en", "de"]
    assert session.language() == "en"
