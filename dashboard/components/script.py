"""Scripts of components as they are sent: without comments and indentation."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["lean"]


def lean(path: Path) -> str:
    """The text of a script; it is sent with every refresh, so every byte counts."""
    text = re.sub(r"^\s*//.*\n|\s//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r"^ +", "", text, flags=re.MULTILINE)
