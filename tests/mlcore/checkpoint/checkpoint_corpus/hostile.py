"""The corpus: name → bytes of a file that must be refused in one sentence."""

from __future__ import annotations

from pathlib import Path

from checkpoint_corpus import bombs, broken, code, headers, object_bombs, values, zips


def corpus(marker: Path) -> dict[str, bytes]:
    """All hostile files; those that run code would create `marker`."""
    files: dict[str, bytes] = {}
    rooms = (code.files(marker), bombs.files(), zips.files(), headers.files(), broken.files())
    for room in (*rooms, values.files(), object_bombs.alone()):
        twice = set(files) & set(room)
        assert not twice, twice
        files |= room
    return files
