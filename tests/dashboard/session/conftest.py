from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

HEAD = (
    "import streamlit as st\nfrom dashboard import session\nfrom mlcore.presets import PRESETS\n"
    "def say(*values): st.text(' '.join(map(str, values)))\n"
)


@pytest.fixture
def script() -> Callable[..., AppTest]:
    """Run a few lines as a page: `script("say(session.values())", train__epochs="7")`."""

    def run(body: str, **params: str) -> AppTest:
        page = AppTest.from_string(HEAD + body)
        for name, value in params.items():
            page.query_params[name.replace("__", ".")] = value
        page.run()
        assert not page.exception, page.exception
        return page

    return run
