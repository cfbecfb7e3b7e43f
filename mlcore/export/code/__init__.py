"""The code of a training: as a script, as a notebook, as a command. Text alone; no torch."""

from mlcore.export.code.chapters import CHAPTERS, Chapter, chapter_code
from mlcore.export.code.command import command
from mlcore.export.code.formats import notebook, script
from mlcore.export.code.of_run import recipe_of
from mlcore.export.code.recipe import Recipe, Start

__all__ = [
    "CHAPTERS",
    "Chapter",
    "Recipe",
    "Start",
    "chapter_code",
    "command",
    "notebook",
    "recipe_of",
    "script",
]
