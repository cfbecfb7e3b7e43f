"""`mlcore tag` and `note`: what a person says of a run, shown or changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import POSITIONAL, read, switch, text, word
from mlcore.cli.runs import RUN, RUNS, named_run
from mlcore.errors import SettingsError
from mlcore.runs import RunFolder
from mlcore.runs.library.label import read_label, set_note, set_tags

__all__ = ["note", "tag"]

JSON = switch("one JSON object")
_UNSAID = "\0"


@dataclass(frozen=True, kw_only=True)
class TagOptions:
    """Give a run tags, take some away, or without any show those it has."""

    target: Annotated[str, POSITIONAL, RUN] = ""
    tags: Annotated[tuple[str, ...], POSITIONAL, word("tags to give it", "TAG")] = ()
    remove: Annotated[tuple[str, ...], text("tags to take away", "none", "TAG")] = ()
    runs: Annotated[str, RUNS] = ""
    json: Annotated[bool, JSON] = False


@dataclass(frozen=True, kw_only=True)
class NoteOptions:
    """Write a note on a run in place of the one before, or without a text show it.

    "" as text takes the note away.
    """

    target: Annotated[str, POSITIONAL, RUN] = ""
    text: Annotated[str, POSITIONAL, word("what to note", "TEXT")] = _UNSAID
    runs: Annotated[str, RUNS] = ""
    json: Annotated[bool, JSON] = False


def tag(argv: Sequence[str]) -> int:
    """Change or show the tags of a run."""
    options, _ = read("tag", TagOptions, argv)
    folder = named_run("tag", options.target, options.runs)
    if options.tags or options.remove:
        gone = {tag.casefold() for tag in options.remove}
        before = read_label(folder).tags
        if lacking := gone - {tag.casefold() for tag in before}:
            raise SettingsError(
                f"Run {folder.id} has no tag {min(lacking)!r}: it has "
                f"{', '.join(before) or 'none'}."
            )
        kept = [tag for tag in before if tag.casefold() not in gone]
        set_tags(folder, [*kept, *options.tags])
    tags = read_label(folder).tags
    words = f"is tagged {', '.join(tags)}" if tags else "has no tags"
    return _say(folder, f"run {folder.id} {words}", as_json=options.json)


def note(argv: Sequence[str]) -> int:
    """Change or show the note on a run."""
    options, _ = read("note", NoteOptions, argv)
    folder = named_run("note", options.target, options.runs)
    if options.text != _UNSAID:
        set_note(folder, options.text)
    words = read_label(folder).note or f"run {folder.id} has no note"
    return _say(folder, words, as_json=options.json)


def _say(folder: RunFolder, words: str, *, as_json: bool) -> int:
    label = read_label(folder)
    record = {"run": folder.id, "name": label.name, "tags": list(label.tags), "note": label.note}
    print(json.dumps(record, ensure_ascii=False) if as_json else words)
    return 0
