"""Where Chromium lies, for tests and benchmarks in a real browser."""

from __future__ import annotations

import os
import shutil

__all__ = ["find_chromium"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The variable MLCORE_CHROMIUM, else what is on the path; None where there is neither."""
    chosen = os.environ.get("MLCORE_CHROMIUM")
    return chosen or next(filter(None, map(shutil.which, _NAMES)), None)
