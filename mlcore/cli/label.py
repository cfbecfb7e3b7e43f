"""`mlcore tag` and `note`: show or change the tags of a run and the note on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import RunOptions, named_run
from mlcore.cli.layout import print_json
from mlcore.cli.options import OPTIONAL, POSITIONAL, argument, text
from mlcore.runs import RunFolder
from mlcore.runs.library.label import change_tags, read_label, set_note

__all__ = ["note", "tag"]


@dataclass(frozen=True, kw_only=True)
class TagOptions(RunOptions):
    """Give a run tags, remove some, or without any show those it has."""

    tags: Annotated[tuple[str, ...], POSITIONAL, argument("tags to give it", "TAG")] = ()
    remove: Annotated[tuple[str, ...], text("tags to remove", "none", "TAG")] = ()


@dataclass(frozen=True, kw_only=True)
class NoteOptions(RunOptions):
    """Write a note on a run in place of the one before, or without a text show it.

    "" as text removes the note.
    """

    text: Annotated[str | None, POSITIONAL, OPTIONAL, argument("what to note", "TEXT")] = None


def tag(argv: Sequence[str]) -> int:
    """Change or show the tags of a run."""
    options, _ = read("tag", TagOptions, argv)
    folder = named_run("tag", options.target, options.runs)
    if options.tags or options.remove:
        change_tags(folder, options.tags, options.remove)
    tags = read_label(folder).tags
    words = f"is tagged {', '.join(tags)}" if tags else "has no tags"
    return _print(folder, f"run {folder.id} {words}", as_json=options.json)


def note(argv: Sequence[str]) -> int:
    """Change or show the note on a run."""
    options, _ = read("note", NoteOptions, argv)
    folder = named_run("note", options.target, options.runs)
    if options.text is not None:
        set_note(folder, options.text)
    words = read_label(folder).note or f"run {folder.id} has no note"
    return _print(folder, words, as_json=options.json)


def _print(folder: RunFolder, words: str, *, as_json: bool) -> int:
    label = read_label(folder)
    record = {"run": folder.id, "name": label.name, "tags": list(label.tags), "note": label.note}
    if as_json:
        print_json(record)
    else:
        print(words)
    return 0
