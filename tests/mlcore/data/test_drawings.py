"""A set of one's own: kept, counted, packed, and never overwritten."""

from __future__ import annotations

import io
import threading
import zipfile

import numpy as np
import pytest
from PIL import Image

from mlcore.data import drawings
from mlcore.data.drawings import (
    count_drawings,
    forget_drawing,
    keep_drawing,
    label_of,
    newest_drawings,
    pack_drawings,
)
from mlcore.errors import DataError, RunError

IMAGE = np.eye(28, dtype=np.uint8) * 255
ORIGINAL = np.eye(60, dtype=np.uint8) * 200


def test_a_drawing_lies_in_the_folder_of_its_label_beside_what_was_drawn(tmp_path):
    file = keep_drawing(tmp_path, "7", IMAGE, ORIGINAL)
    assert file.parent == tmp_path / "drawings" / "7"
    assert np.array_equal(np.asarray(Image.open(file)), IMAGE)
    original = file.with_name(file.stem + ".original.png")
    assert np.array_equal(np.asarray(Image.open(original)), ORIGINAL)
    keep_drawing(tmp_path, "T-shirt/top", IMAGE, ORIGINAL)
    keep_drawing(tmp_path, "..", IMAGE, ORIGINAL)
    keep_drawing(tmp_path, "7", 255 - IMAGE, ORIGINAL)
    keep_drawing(tmp_path, "", IMAGE, ORIGINAL)
    assert count_drawings(tmp_path) == {"7": 2, "T-shirt/top": 1, "..": 1, " ": 1}
    assert all(path.parent.parent == tmp_path / "drawings" for path in tmp_path.glob("**/*.png"))
    forget_drawing(file)
    forget_drawing(file)
    assert count_drawings(tmp_path) == {"7": 1, "T-shirt/top": 1, "..": 1, " ": 1}
    assert not original.exists()


def test_the_zip_holds_all_of_them(tmp_path):
    assert zipfile.ZipFile(io.BytesIO(pack_drawings(tmp_path))).namelist() == []
    file = keep_drawing(tmp_path, "7", IMAGE, ORIGINAL)
    packed = zipfile.ZipFile(io.BytesIO(pack_drawings(tmp_path)))
    assert packed.namelist() == [f"7/{file.name}", f"7/{file.stem}.original.png"]
    assert packed.read(packed.namelist()[0]) == file.read_bytes()


def test_two_people_at_once_overwrite_nothing(tmp_path):
    def keep(person: int) -> None:
        for number in range(20):
            keep_drawing(tmp_path, "3", IMAGE, ORIGINAL + np.uint8(20 * person + number))

    people = [threading.Thread(target=keep, args=(person,)) for person in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert count_drawings(tmp_path) == {"3": 80}


def test_a_full_set_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(drawings, "MOST_DRAWINGS", 1)
    keep_drawing(tmp_path, "7", IMAGE, ORIGINAL)
    with pytest.raises(DataError, match=r"holds 1 drawings, and is full at 1 or .*: download them"):
        keep_drawing(tmp_path, "1", IMAGE, ORIGINAL)
    monkeypatch.setattr(drawings, "MOST_DRAWINGS", 9)
    monkeypatch.setattr(drawings, "MOST_BYTES", 10)
    with pytest.raises(DataError, match="is full"):
        keep_drawing(tmp_path, "1", IMAGE, ORIGINAL)


def test_the_same_drawing_with_the_same_label_is_kept_once_and_the_newest_come_first(tmp_path):
    first = keep_drawing(tmp_path, "7", IMAGE, ORIGINAL)
    assert keep_drawing(tmp_path, "7", IMAGE, ORIGINAL) == first
    second = keep_drawing(tmp_path, "T-shirt/top", IMAGE, ORIGINAL)
    third = keep_drawing(tmp_path, "7", 255 - IMAGE, ORIGINAL)
    assert newest_drawings(tmp_path, 9) == [third, second, first]
    assert newest_drawings(tmp_path, 1) == [third]
    assert label_of(second) == "T-shirt/top"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "drawings").write_text("a file")
    with pytest.raises(RunError, match="cannot be written"):
        keep_drawing(tmp_path, "7", IMAGE, ORIGINAL)
