"""Logs are appended whole and read in pieces."""

import os
from pathlib import Path

import pytest

from mlcore.errors import RunError
from mlcore.runs.record.lines import LineReader, LineWriter, append_line, read_tail


def records(reader):
    return [line.record for line in reader.read()[1]]


def test_a_reader_gets_each_line_once(tmp_path):
    path = tmp_path / "log"
    reader = LineReader(path)
    assert reader.read() == (False, [])
    append_line(path, {"n": 1})
    append_line(path, {"n": 2})
    assert records(reader) == [{"n": 1}, {"n": 2}]
    assert records(reader) == []
    append_line(path, {"n": 3})
    assert records(reader) == [{"n": 3}]


def test_offsets_say_where_lines_begin(tmp_path):
    path = tmp_path / "log"
    append_line(path, {"n": 1})
    size = path.stat().st_size
    append_line(path, {"n": 2})
    assert [line.offset for line in LineReader(path).read()[1]] == [0, size]


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_line_in_the_making_is_waited_for(tmp_path, cut):
    path = tmp_path / "log"
    line = b'{"n": 1}\n'
    path.write_bytes(line[:cut])
    reader = LineReader(path)
    assert records(reader) == []
    with path.open("ab") as file:
        file.write(line[cut:])
    assert records(reader) == [{"n": 1}]
    assert reader.damaged == 0


@pytest.mark.parametrize("damage", [b"{torn", b"\0\0\0", b"[1]", b"\xff\xfe", b"7", b"[" * 100_000])
def test_a_damaged_line_is_skipped_and_counted(tmp_path, damage):
    path = tmp_path / "log"
    path.write_bytes(b'{"n": 1}\n' + damage + b'\n{"n": 2}\n')
    reader = LineReader(path)
    assert records(reader) == [{"n": 1}, {"n": 2}]
    assert reader.damaged == 1


def test_a_writer_begins_a_fresh_line_after_a_torn_one(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b'{"n": 1}\n{"n": 2, "torn')
    append_line(path, {"n": 3})
    assert records(LineReader(path)) == [{"n": 1}, {"n": 3}]


def test_a_shrunk_file_is_read_from_its_start(tmp_path):
    path = tmp_path / "log"
    append_line(path, {"n": 1})
    append_line(path, {"n": 2})
    reader = LineReader(path)
    reader.read()
    path.write_bytes(b'{"n": 9}\n')
    anew, lines = reader.read()
    assert anew
    assert [line.record for line in lines] == [{"n": 9}]


def test_a_replaced_file_is_read_from_its_start(tmp_path):
    path, other = tmp_path / "log", tmp_path / "other"
    append_line(path, {"n": 1})
    reader = LineReader(path)
    reader.read()
    append_line(other, {"n": 1})
    append_line(other, {"n": 2})
    other.replace(path)
    anew, lines = reader.read()
    assert anew
    assert [line.record for line in lines] == [{"n": 1}, {"n": 2}]


def test_a_missing_folder_is_a_sentence(tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        append_line(tmp_path / "gone" / "log", {})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_a_sentence(tmp_path):
    path = tmp_path / "log"
    with LineWriter(path) as writer:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, writer.fd)
        os.close(full)
        with pytest.raises(RunError, match="has room on its disk"):
            writer.write({"n": 1})


def test_the_tail_holds_whole_lines_with_their_places(tmp_path):
    path = tmp_path / "log"
    for n in range(100):
        append_line(path, {"n": n})
    with path.open("ab") as file:
        file.write(b'{"torn')
    everything = read_tail(path, 10_000)
    assert len(everything) == 100
    assert everything[0] == (0, b'{"n": 0}')
    for size in range(1, 60):
        tail = read_tail(path, size)
        assert tail == everything[len(everything) - len(tail) :]
        assert sum(len(line) + 1 for _, line in tail) <= size
    assert read_tail(tmp_path / "missing", 100) == []
