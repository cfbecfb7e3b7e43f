"""Files are written whole."""

import os
import stat

import pytest

from mlcore.errors import RunError
from mlcore.files import atomic_file, write_atomically


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "config.json"
    write_atomically(path, "one")
    write_atomically(path, "zwölf")
    assert path.read_text(encoding="utf-8") == "zwölf"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(RunError, match="cannot be written"):
        write_atomically(tmp_path / "taken", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_until_the_block_ends_the_old_file_is_there(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with atomic_file(path) as (file, temporary):
        file.write(b"new")
        assert path.read_bytes() == b"old"
        assert (temporary.parent, temporary.name[0]) == (tmp_path, ".")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_fails_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupt_half_way():
        with atomic_file(path) as (file, _):
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt_half_way()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_file_and_folder_are_synced_where_it_is_asked_for(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number).st_mode))
    with atomic_file(tmp_path / "plain") as (file, _):
        file.write(b"data")
    assert synced == []
    with atomic_file(tmp_path / "synced", sync=True) as (file, _):
        file.write(b"data")
    assert [stat.S_ISDIR(mode) for mode in synced] == [False, True]


def test_the_longest_name_of_a_file_leaves_room_for_the_temporary_one(tmp_path):
    path = tmp_path / ("中" * 80 + ".pt")  # 243 bytes of the 255 that a name may have
    with atomic_file(path) as (file, _):
        file.write(b"data")
    assert path.read_bytes() == b"data"


def test_permissions_are_those_of_any_new_file(tmp_path):
    mask = os.umask(0o027)
    try:
        write_atomically(tmp_path / "file", "text")
    finally:
        os.umask(mask)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640
