from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import session

Script = Callable[..., AppTest]
SAY = "say(session.language())\nsession.write_address(session.config())\n"


def texts(page: AppTest) -> list[str]:
    return [item.value for item in page.text]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the browser says of its languages."""

    def asks(locale: str | None, *others: str) -> None:
        headers = {"Accept-Language": ", ".join(others)} if others else {}
        monkeypatch.setattr(st, "context", SimpleNamespace(locale=locale, headers=headers))

    return asks


def test_the_language_is_the_sessions_and_english_without_one(script: Script) -> None:
    page = script(SAY + "session.choose_language('zh-CN')\n" + SAY)
    assert texts(page) == ["en", "zh-CN"]
    assert session.language() == "en"


@pytest.mark.parametrize(
    ("locale", "others", "language"),
    [
        ("zh-CN", (), "zh-CN"),
        ("zh", (), "zh-CN"),
        ("en-US", ("zh-CN",), "en"),
        ("fr-FR", ("fr-FR", "fr;q=0.9", "zh-CN;q=0.8", "en;q=0.7"), "zh-CN"),
        ("fr-FR", ("fr",), "en"),
        (None, (), "en"),
    ],
)
def test_at_first_it_is_the_first_of_the_browsers(
    locale: str | None,
    others: tuple[str, ...],
    language: str,
    script: Script,
    browser: Callable[..., None],
) -> None:
    browser(locale, *others)
    page = script(SAY)
    assert texts(page) == [language]
    assert "lang" not in page.query_params


def test_the_address_decides_before_the_browser(
    script: Script, browser: Callable[..., None]
) -> None:
    browser("en-US")
    page = script(SAY, lang="zh")
    assert texts(page) == ["zh-CN"]
    assert page.query_params["lang"] in ("zh-CN", ["zh-CN"])


def test_what_the_address_has_wrong_is_taken_out(
    script: Script, browser: Callable[..., None]
) -> None:
    browser("zh-CN")
    page = script(SAY, lang="klingon")
    assert texts(page) == ["zh-CN"]
    assert "lang" not in page.query_params


def test_what_was_chosen_stands_in_the_address(script: Script) -> None:
    page = script("session.choose_language('zh-CN')\n" + SAY, train__epochs="7")
    assert page.query_params["lang"] in ("zh-CN", ["zh-CN"])
    assert page.query_params["train.epochs"] in ("7", ["7"])
