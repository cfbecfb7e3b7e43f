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


def test_the_address_says_that_the_pages_are_for_a_projector_and_the_switch_writes_it(
    script: Script,
) -> None:
    body = (
        "from dashboard.session import places\n"
        "if st.button('switch'): session.switch_projector()\n"
        "say(session.projector(), session.colours().text, places.page_address('test', run='7'))\n"
        "session.write_address(None)\n"
    )
    page = script(body, other="1")
    assert [item.value for item in page.text] == ["False #1b2a30 test?run=7"]
    assert "projector" not in page.query_params
    page.button[0].click().run()
    assert [item.value for item in page.text] == ["True #000000 test?run=7&projector=1"]
    assert page.query_params["projector"] in ("1", ["1"])
    page = script(body, projector="1")
    assert page.text[0].value.startswith("True")
    page.button[0].click().run()
    assert page.text[0].value.startswith("False")
    assert "projector" not in page.query_params
    assert script(body, projector="yes").text[0].value.startswith("False")
