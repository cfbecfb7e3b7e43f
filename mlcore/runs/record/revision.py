"""Which revision of this project's source trains a run, where it is a clone with git."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["git_revision", "source_revision"]

_PROJECT = Path(__file__).parents[3]
_HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_LONGEST = 4_096  # bytes of a name that is read


def source_revision() -> str | None:
    """The commit of the folder that holds this project's source; None where there is none."""
    return git_revision(_PROJECT)


def git_revision(folder: Path) -> str | None:
    """The commit that is checked out in a folder; None where it is no work tree of git.

    Read from git's own files, as starting git takes as long as starting a run. What was changed
    since that commit is not seen.
    """
    try:
        return _commit(_git_folder(folder / ".git"))
    except (OSError, ValueError):  # ValueError: bytes that are no text
        return None


def _git_folder(path: Path) -> Path:
    """Of a second work tree, `.git` is a file that names the folder."""
    if path.is_dir():
        return path
    return path.parent / _text(path).removeprefix("gitdir:").strip()


def _commit(git: Path) -> str | None:
    head = _text(git / "HEAD")
    if not head.startswith("ref:"):
        return _hash(head)
    name = head.removeprefix("ref:").strip()
    common = git / _text(git / "commondir") if (git / "commondir").is_file() else git
    for place in (git, common):
        if (place / name).is_file():
            return _hash(_text(place / name))
    packed = (common / "packed-refs").read_text(encoding="utf-8").splitlines()
    found = (line.partition(" ") for line in packed)
    return next((_hash(commit) for commit, _, ref in found if ref == name), None)


def _text(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(_LONGEST).strip()


def _hash(text: str) -> str | None:
    return text if _HASH.fullmatch(text) else None
