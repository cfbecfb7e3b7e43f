from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mlcore.runs.record.revision import git_revision

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return folder


@needs_git
def test_the_revision_is_what_git_says(clone: Path, tmp_path: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    assert git_revision(clone) == head
    git(clone, "pack-refs", "--all")
    assert git_revision(clone) == head
    git(clone, "worktree", "add", "-q", "-b", "other", str(tmp_path / "second"))
    assert git_revision(tmp_path / "second") == head
    git(clone, "checkout", "-q", "--detach")
    assert git_revision(clone) == head


def test_where_there_is_no_revision_there_is_none(tmp_path: Path) -> None:
    assert git_revision(tmp_path) is None
    (tmp_path / ".git").mkdir()
    assert git_revision(tmp_path) is None
    (tmp_path / ".git" / "HEAD").write_bytes(b"ref: refs/heads/main\n")
    assert git_revision(tmp_path) is None
    (tmp_path / ".git" / "HEAD").write_bytes(b"\xff\xfe")
    assert git_revision(tmp_path) is None
