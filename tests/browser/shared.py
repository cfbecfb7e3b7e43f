"""One server for all tests of a module; what it wrote to its log is looked through at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.browser.forking import Forked
from tests.browser.noise import Noise
from tests.browser.server import App, start_app

__all__ = ["shared_app"]


@contextlib.contextmanager
def shared_app(folder: Path) -> Iterator[App]:
    """Start the app on a folder's runs, with an empty data folder; the log must be quiet."""
    server = start_app(folder, folder / "data", begin=Forked)
    try:
        yield server
    finally:
        server.stop()
    noise = Noise()
    noise.read(server.log)
    assert not (heard := noise.unexpected()), "\n".join(heard)
