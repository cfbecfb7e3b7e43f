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


def test_an_error_with_a_sentence_shows_it_and_the_page_goes_on() -> None:
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
