from __future__ import annotations

from streamlit.testing.v1 import AppTest

HEAD = (
    "import streamlit as st\nfrom dashboard import session\nfrom mlcore.presets import PRESETS\n"
    "def say(*values): st.text(' '.join(map(str, values)))\n"
)


def run(body: str, **params: str) -> AppTest:
    page = AppTest.from_string(HEAD + body)
    for name, value in params.items():
        page.query_params[name.replace("__", ".")] = value
    page.run()
    assert not page.exception, page.exception
    return page


def test_the_address_is_read_once_and_then_written() -> None:
    page = run(
        "session.begin()\nsay(session.values()['train.epochs'])\n"
        "session.write_address(session.config())",
        train__epochs="7",
    )
    assert page.text[0].value == "7"
    page.query_params["train.epochs"] = "9"
    page.run()
    assert page.text[0].value == "7"
    assert page.query_params["train.epochs"] in ("7", ["7"])


def test_refused_settings_leave_the_address_as_it_was() -> None:
    page = run(
        "session.change('optim.lr', 0.0)\nsay(session.config() is None)\n"
        "session.write_address(session.config())",
        train__epochs="7",
    )
    assert page.text[0].value == "True"
    assert page.query_params["train.epochs"] in ("7", ["7"])


def test_a_change_takes_the_notes_away_and_a_preset_may_bring_one() -> None:
    body = (
        "say(session.notes())\nsession.change('train.epochs', 6)\nsay(session.notes())\n"
        "session.apply(PRESETS['Adam'], 'Why.')\nsay(session.notes(), session.untouched())"
    )
    written = [item.value for item in run(body, optim__lr="-1").text]
    assert "Learning rate" in written[0]
    assert written[1] == "[]"
    assert written[2] == "['Why.'] False"


def test_a_fresh_session_is_untouched_until_something_changes() -> None:
    page = run(
        "say(session.untouched())\nsession.change('train.epochs', 6)\nsay(session.untouched())"
    )
    assert [item.value for item in page.text] == ["True", "False"]


def test_the_current_run_stands_in_the_address() -> None:
    page = run(
        "say(session.current_run())\nsession.set_current_run('b')\n"
        "session.write_address(session.config())",
        run="a",
    )
    assert page.text[0].value == "a"
    assert page.query_params["run"] in ("b", ["b"])


def test_other_picks_are_drawn_only_when_asked_for() -> None:
    page = run(
        "say(session.draw_number('x'))\nsession.draw_again('x')\n"
        "say(session.draw_number('x'), session.draw_number('y'))"
    )
    assert [item.value for item in page.text] == ["0", "1 0"]


def test_a_session_waits_for_a_data_set_until_it_forgets_it() -> None:
    page = run(
        "session.ask_for('mnist')\nsay(session.asked_for('mnist'), session.asked_for('x'))\n"
        "session.forget('x')\nsay(session.asked_for('mnist'))\n"
        "session.forget('mnist')\nsay(session.asked_for('mnist'))"
    )
    assert [item.value for item in page.text] == ["True False", "True", "False"]
