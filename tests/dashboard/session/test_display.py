from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Script = Callable[..., AppTest]


def test_other_samples_are_drawn_only_when_asked_for(script: Script) -> None:
    page = script(
        "say(session.draw_number('x'))\nsession.draw_again('x')\n"
        "say(session.draw_number('x'), session.draw_number('y'))"
    )
    assert [item.value for item in page.text] == ["0", "1 0"]
