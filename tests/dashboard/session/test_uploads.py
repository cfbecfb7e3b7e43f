from __future__ import annotations

import gc
import os
import time
from pathlib import Path

import pytest

from dashboard.session.uploads import clear_stale, save_upload
from mlcore.errors import CheckpointError


def test_an_upload_is_kept_byte_for_byte_under_a_name_of_our_own(tmp_path: Path) -> None:
    upload = save_upload("../../evil name.pt", memoryview(b"weights"), tmp_path)
    assert upload.path.read_bytes() == b"weights"
    assert upload.size == 7
    assert upload.name == "../../evil name.pt"
    assert tmp_path in upload.path.parents
    assert "evil" not in str(upload.path)


def test_two_uploads_of_one_name_never_meet(tmp_path: Path) -> None:
    first = save_upload("model.pt", memoryview(b"one"), tmp_path)
    second = save_upload("model.pt", memoryview(b"two"), tmp_path)
    assert first.path != second.path
    assert first.path.read_bytes() == b"one"
    assert second.path.read_bytes() == b"two"


def test_others_on_the_machine_cannot_read_an_upload(tmp_path: Path) -> None:
    upload = save_upload("model.pt", memoryview(b"weights"), tmp_path)
    assert upload.path.parent.stat().st_mode & 0o077 == 0


def test_a_discarded_upload_leaves_nothing(tmp_path: Path) -> None:
    upload = save_upload("model.pt", memoryview(b"weights"), tmp_path)
    upload.discard()
    upload.discard()
    assert not upload.path.exists()
    assert list(tmp_path.iterdir()) == []


def test_an_upload_goes_with_the_session_that_held_it(tmp_path: Path) -> None:
    session = {"upload": save_upload("model.pt", memoryview(b"weights"), tmp_path)}
    session.clear()
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_killed_server_are_cleared_and_fresh_uploads_are_not(tmp_path: Path) -> None:
    left = tmp_path / "mlcore-uploads-abc"
    left.mkdir()
    (left / "1234.upload").write_bytes(b"old")
    long_ago = time.time() - 30 * 24 * 3600
    os.utime(left, (long_ago, long_ago))
    fresh = save_upload("model.pt", memoryview(b"weights"), tmp_path)
    clear_stale(tmp_path)
    assert not left.exists()
    assert fresh.path.exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"could not be saved in .*; free some space there"):
        save_upload("model.pt", memoryview(b"weights"), tmp_path / "missing")
