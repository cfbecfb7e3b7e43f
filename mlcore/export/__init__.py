"""A trained model for other programs, and the code of a run: script, notebook, command.

All but `export` needs no torch; it loads torch when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlcore.export.code import (
    CHAPTERS,
    Chapter,
    Recipe,
    Start,
    chapter_code,
    command,
    notebook,
    recipe_of,
    script,
)
from mlcore.export.formats import CODE_FORMATS, FORMATS, Format

if TYPE_CHECKING:
    from mlcore.export.write import export

__all__ = [
    "CHAPTERS",
    "CODE_FORMATS",
    "FORMATS",
    "Chapter",
    "Format",
    "Recipe",
    "Start",
    "chapter_code",
    "command",
    "export",
    "notebook",
    "recipe_of",
    "script",
]


def __getattr__(name: str) -> Any:
    if name != "export":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mlcore.export.write import export

    return export
