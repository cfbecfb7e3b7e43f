from __future__ import annotations

import errno
import gzip
import resource
import signal
from pathlib import Path

import pytest

from mlcore.data.unpack import atomic, unpack_gz
from mlcore.errors import DataMissingError


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    with atomic(target) as (file, temporary):
        file.write(b"new")
        assert target.read_bytes() == b"old"
        assert temporary.parent == tmp_path
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_what_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def fail_half_way() -> None:
        with atomic(target) as (file, _):
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    packed = tmp_path / "train-images-idx3-ubyte.gz"
    packed.write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0x10, 0, 0]) + bytes(0x100000)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(DataMissingError, match=r"cannot be written to \(File too large\)"):
            unpack_gz(tmp_path, "train-images-idx3-ubyte", "mnist")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == [packed]


def test_a_broken_pipe_of_the_one_who_watches_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), atomic(tmp_path / "file"):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")
