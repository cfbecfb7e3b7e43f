"""What the browser's console and the server's log say: nothing, at the end of every test."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Response

from tests.browser.frames import FRAMES, REMEMBER, told

__all__ = ["SERVER_GONE", "Noise"]

SERVER_GONE = (
    r"ERR_CONNECTION_REFUSED|WebSocket|_stcore/|when disconnected from server"
    r"|Is Streamlit still running\?|Unable to preload CSS"
)
"""What a browser says of a server that a test has ended, to be expected there."""

_PROBES = r"^(answer 404|console error: .* 404 ).*/_stcore/(health|host-config)"
"""Streamlit's own search for its server where the address names a page."""

_TOGETHER = "Multiple different fragmentIds detected"
"""Two things done in one moment; the server runs the parts of both (`dashboard.gaps.messages`)."""

_STARTED_AND_ENDED = (
    r"\s*|.*Uvicorn server started on .*|  You can now view your Streamlit app in your browser\."
    r"|  (Local |Network |External )?URL: http://.*|  Stopping\.\.\."
    r"|stopped .*; the Train page offers to resume\."
)


class Noise:
    """Warnings and errors of browser and server, and which of them a test provokes on purpose."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._expected = [_PROBES, _TOGETHER]

    def expect(self, pattern: str) -> None:
        """Lines with this regular expression in them are what the test is about."""
        self._expected.append(pattern)

    def listen(self, context: BrowserContext) -> None:
        """Listen to all pages of a browser profile."""
        context.add_init_script(REMEMBER)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._heard.append(f"script: {error.error}"))
        context.on("response", self._response)

    def read(self, log: Path) -> None:
        """Take in what a server wrote to its log."""
        for line in log.read_text(errors="replace").splitlines():
            if not re.fullmatch(_STARTED_AND_ENDED, line):
                self._heard.append(f"server: {line}")

    def unexpected(self) -> list[str]:
        """All that was heard and not expected, in order."""
        return [
            line
            for line in self._heard
            if not any(re.search(pattern, line) for pattern in self._expected)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            where = message.location.get("url", "")
            text = told(message.text) if message.text.startswith(FRAMES) else message.text
            self._heard.append(f"console {message.type}: {text} ({where})")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._heard.append(f"answer {response.status}: {response.url}")
