"""Name, tags and note of a run, in one file that may be written at any time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mlcore.errors import SettingsError
from mlcore.files import write_atomically
from mlcore.plain_json import read_object
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.locks import folder_lock
from mlcore.runs.record.texts import LONGEST_NAME, check_name, clean_lines, one_line

__all__ = [
    "LONGEST_NAME",
    "LONGEST_NOTE",
    "MOST_TAGS",
    "Label",
    "change_tags",
    "check_note",
    "check_tags",
    "label_record",
    "read_label",
    "rename",
    "set_note",
    "set_tags",
]

MOST_TAGS = 10
LONGEST_NOTE = 2_000  # characters

_TAG = re.compile(r"\w[\w.-]{0,29}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Name, tags and note of a run.

    Attributes:
        name: one line; empty when none was given.
        tags: at most ten words, in the order in which they were given, without repetitions.
        note: lines of text, 2,000 characters at most.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""


def read_label(folder: RunFolder) -> Label:
    """Name, tags and note of a run; what is damaged or against the limits is left out or cut.

    Without a name in the file, or without the file, its name is the one it was made with.

    Raises:
        RunError: the run's config.json cannot be read.
    """
    try:
        record = read_object(folder.label_path)
    except (OSError, ValueError):
        record = {}
    return _parse(record, folder.meta["name"])


def label_record(label: Label) -> dict[str, Any]:
    """What label.json holds; `read_label` gives the same label back."""
    return {"name": label.name, "tags": list(label.tags), "note": label.note}


def rename(folder: RunFolder, name: str) -> None:
    """Give a run another name, or with "" none; its config.json stays as it is.

    Raises:
        SettingsError: it is too long.
        RunError: it cannot be written.
    """
    kept = check_name(name)
    _change(folder, lambda label: replace(label, name=kept))


def set_tags(folder: RunFolder, tags: Iterable[str]) -> None:
    """Give a run these tags, and no others.

    Raises:
        SettingsError: one of them is no word, or there are too many.
        RunError: they cannot be written.
    """
    kept = check_tags(tags)
    _change(folder, lambda label: replace(label, tags=kept))


def change_tags(folder: RunFolder, added: Iterable[str], removed: Iterable[str] = ()) -> None:
    """Give a run more tags and take others away; what others change at the same time stays.

    Args:
        folder: the run.
        added: tags to give it.
        removed: tags to take away; each in any case of its letters.

    Raises:
        SettingsError: one of them is no word, there are too many, or it has not one to remove.
        RunError: they cannot be written.
    """
    added, gone = tuple(added), {tag.casefold() for tag in removed}

    def change(label: Label) -> Label:
        if lacking := gone - {tag.casefold() for tag in label.tags}:
            raise SettingsError(
                "Run {run} has no tag {tag!r}: it has {tags}.",
                run=folder.id,
                tag=min(lacking),
                tags=", ".join(label.tags) or "none",
            )
        kept = [tag for tag in label.tags if tag.casefold() not in gone]
        return replace(label, tags=check_tags([*kept, *added]))

    _change(folder, change)


def set_note(folder: RunFolder, note: str) -> None:
    """Give a run a note; an empty one takes it away.

    Raises:
        SettingsError: it is too long.
        RunError: it cannot be written.
    """
    checked = check_note(note)
    _change(folder, lambda label: replace(label, note=checked))


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: without repetitions, where "Wide" repeats "wide".

    Raises:
        SettingsError: one is no word of letters, digits, "-", "_" and ".", 30 at most, or there
            are more than ten.
    """
    kept: dict[str, str] = {}
    for tag in tags:
        if not _TAG.fullmatch(tag):
            raise SettingsError(
                "A tag must be a word of letters, digits, -, _ or ., 30 at most, but got {tag!r}: "
                "use - for a blank.",
                tag=tag,
            )
        kept.setdefault(tag.casefold(), tag)
    if len(kept) > MOST_TAGS:
        raise SettingsError(
            "A run can have {most} tags, but got {count}: take some away first.",
            most=MOST_TAGS,
            count=len(kept),
        )
    return tuple(kept.values())


def check_note(text: str) -> str:
    """A note as it is kept: without control characters, and without blank lines around it.

    Raises:
        SettingsError: it is longer than 2,000 characters.
    """
    note = clean_lines(text)
    if len(note) > LONGEST_NOTE:
        raise SettingsError(
            "A note can have {most:,} characters, but got {count:,}: shorten it.",
            most=LONGEST_NOTE,
            count=len(note),
        )
    return note


def _parse(record: dict[str, Any], name: Any) -> Label:
    name, tags, note = record.get("name", name), record.get("tags"), record.get("note")
    words = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    kept = {tag.casefold(): tag for tag in reversed(words[:1_000]) if _TAG.fullmatch(tag)}
    return Label(
        name=one_line(name) if isinstance(name, str) else "",
        tags=tuple(reversed(kept.values()))[:MOST_TAGS],
        note=clean_lines(note)[:LONGEST_NOTE].strip() if isinstance(note, str) else "",
    )


def _change(folder: RunFolder, change: Callable[[Label], Label]) -> None:
    """Read the label, change it and write it, while nobody else does."""
    with folder_lock(folder.path):
        _write(folder, change(read_label(folder)))


def _write(folder: RunFolder, label: Label) -> None:
    text = json.dumps(label_record(label), ensure_ascii=False)
    write_atomically(folder.label_path, text + "\n")
