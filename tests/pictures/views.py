"""How the README shows the app: a language and a theme each, and a browser's page for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Browser, Locator, Page

from tests.browser.server import wait_settled

__all__ = ["VIEWS", "View", "look", "opened", "wait_drawn"]

PATIENCE = 90_000  # ms; a busy machine is no failure
WIDTH = 1280  # pixels of the browser


@dataclass(frozen=True, slots=True)
class View:
    """A language and a theme."""

    language: str
    theme: str

    @property
    def suffix(self) -> str:
        """What ends the names of its pictures: "", "-dark", "-zh" or "-zh-dark"."""
        zh = f"-{self.language}" if self.language != "en" else ""
        return zh + ("-dark" if self.theme == "dark" else "")


VIEWS = tuple(View(language, theme) for language in ("en", "zh") for theme in ("light", "dark"))


@contextmanager
def opened(browser: Browser, view: View, height: int, scale: float = 1.0) -> Iterator[Page]:
    """A page in a fresh profile, as a first visitor has it."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": height},
        device_scale_factor=scale,
        color_scheme="dark" if view.theme == "dark" else "light",
        locale="zh-CN" if view.language == "zh" else "en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def look(page: Page, url: str, view: View, path: str = "", **wanted: str) -> None:
    """Open a place of the app in this language, and wait until it is drawn."""
    page.goto(f"{url}/{path}?{urlencode({**wanted, 'lang': view.language})}")
    wait_settled(page)


def wait_drawn(page: Page, what: Locator) -> None:
    """Wait until this is in sight, with its fonts, and no script runs."""
    what.first.wait_for()
    page.evaluate("() => document.fonts.ready")
    wait_settled(page)
