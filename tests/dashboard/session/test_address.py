from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Script = Callable[..., AppTest]


def test_the_address_is_read_once_and_then_written(script: Script) -> None:
    page = script(
        "say(session.values()['train.epochs'])\nsession.write_address(session.config())",
        train__epochs="7",
    )
    assert page.text[0].value == "7"
    page.query_params["train.epochs"] = "9"
    page.run()
    assert page.text[0].value == "7"
    assert page.query_params["train.epochs"] in ("7", ["7"])


def test_refused_settings_leave_the_address_as_it_was(script: Script) -> None:
    page = script(
        "session.change('optim.lr', 0.0)\nsay(session.config() is None)\n"
        "session.write_address(session.config())",
        train__epochs="7",
    )
    assert page.text[0].value == "True"
    assert page.query_params["train.epochs"] in ("7", ["7"])


def test_the_address_names_the_current_run(script: Script) -> None:
    page = script(
        "say(session.current_run())\nsession.set_current_run('b')\n"
        "session.write_address(session.config())",
        run="a",
    )
    assert page.text[0].value == "a"
    assert page.query_params["run"] in ("b", ["b"])
