from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest


def run(body: str) -> AppTest:
    lines = [
        "import streamlit as st",
        "from dashboard.session.problems import friendly_errors",
        "from mlcore.errors import DataMissingError",
        "with friendly_errors():",
        *(f"    {line}" for line in body.splitlines()),
        "st.write('after')",
    ]
    return AppTest.from_string("\n".join(lines)).run()


def test_an_error_with_a_sentence_shows_it_and_the_page_continues() -> None:
    page = run("raise DataMissingError('It is not here.')")
    assert [item.value for item in page.error] == ["It is not here."]
    assert page.markdown[0].value == "after"
    assert not page.exception


def test_an_unforeseen_error_is_kept_from_the_page_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "dashboard"):
        page = run("raise KeyError('secret detail')")
    assert "unforeseen" in page.error[0].value
    assert "secret detail" not in page.error[0].value
    assert "secret detail" in caplog.text
    assert not page.exception


def test_stop_and_rerun_of_streamlit_pass_through() -> None:
    assert not run("st.stop()").markdown
    page = run(
        "if 'again' not in st.session_state:\n    st.session_state.again = 1\n    st.rerun()"
    )
    assert (page.markdown[0].value, list(page.error)) == ("after", [])


def test_an_error_of_a_click_is_shown_until_the_next_click_or_another_page() -> None:
    page = AppTest.from_string(
        "import streamlit as st\n"
        "from dashboard.session import problems\n"
        "from mlcore.errors import RunError\n"
        "def fail():\n"
        "    with problems.caught():\n"
        "        raise RunError('The run {run} is gone.', run='a*b')\n"
        "def work():\n"
        "    with problems.caught():\n"
        "        pass\n"
        "problems.enter(st.selectbox('page', ['one', 'two']))\n"
        "st.button('fail', on_click=fail)\n"
        "st.button('work', on_click=work)\n"
        "problems.show()\n"
    ).run()
    assert not page.error
    page.button[0].click().run()
    assert [item.value for item in page.run().error] == ["The run a\\*b is gone\\."]
    assert not page.button[1].click().run().error
    page.button[0].click().run()
    assert not page.selectbox[0].select("two").run().error


def test_where_a_link_leads_is_shown_apart_from_what_a_click_did() -> None:
    page = AppTest.from_string(
        "import streamlit as st\n"
        "from dashboard.session import problems\n"
        "from mlcore.errors import RunError\n"
        "problems.report(RunError('No run.'), st.selectbox('from', ['address', 'click']))\n"
        "with st.container(key='top'):\n"
        "    problems.show('address')\n"
        "st.write('page')\n"
        "with st.container(key='end'):\n"
        "    problems.show('click')\n"
    ).run()

    def order() -> list[str]:
        return [node.type for node in page.main if node.type in ("error", "markdown")]

    assert order() == ["error", "markdown"]
    page.selectbox[0].select("click").run()
    assert order() == ["markdown", "error"]
