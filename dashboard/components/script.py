"""Scripts of components as they are sent: without comments and indentation."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["LASTING", "lean"]


def lean(path: Path) -> str:
    """The text of a script; it is sent with every refresh, so every byte counts."""
    text = re.sub(r"^\s*//.*\n|\s//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r"^ +", "", text, flags=re.MULTILINE)


LASTING = lean(Path(__file__).with_name("lasting.js"))
"""Gives components `whenGone`: what they draw ends when its place has left the page, not before."""
