"""Who asks for a picture of a run is heard for a while; nothing in the folder can do more."""

import os
import time

from mlcore.runs.record.live import (
    FRESH_SECONDS,
    MOST_BYTES,
    MOST_IMAGES,
    ask_picture,
    asked_images,
    picture_time,
    read_picture,
    write_picture,
)


def ago(run, image, seconds):
    ask_picture(run, image)
    then = time.time() - seconds
    os.utime(run / "live" / f"{image}", (then, then))


def names(run):
    return sorted(path.name for path in (run / "live").iterdir())


def test_nobody_asks_until_a_page_does(tmp_path):
    assert asked_images(tmp_path) == ()
    assert not (tmp_path / "live").exists()
    ask_picture(tmp_path, 7)
    assert asked_images(tmp_path) == (7,)


def test_an_old_request_counts_no_more_and_is_removed(tmp_path):
    ago(tmp_path, 3, FRESH_SECONDS + 1)
    ask_picture(tmp_path, 4)
    assert asked_images(tmp_path) == (4,)
    assert names(tmp_path) == ["4"]
    ago(tmp_path, 5, -1_000)  # from the future: of another clock
    assert asked_images(tmp_path) == (4,)


def test_of_many_requests_the_latest_count(tmp_path):
    for image in range(10):
        ago(tmp_path, image, 10 - image)
    assert asked_images(tmp_path) == tuple(range(10 - MOST_IMAGES, 10))


def test_other_names_ask_for_nothing(tmp_path):
    live = tmp_path / "live"
    (live / "12").mkdir(parents=True)
    for name in ("x", "-1", "1.5", "9" * 30, "٣", "picture.json"):
        (live / name).write_bytes(b"5")
    (live / "8").symlink_to(live / "x")
    assert asked_images(tmp_path) == ()


def test_what_a_request_holds_is_never_read_and_thousands_cost_little(tmp_path):
    live = tmp_path / "live"
    live.mkdir()
    for number in range(3_000):
        (live / f"{number}").write_bytes(b"")
    assert len(asked_images(tmp_path)) == MOST_IMAGES


def test_where_the_folder_cannot_be_made_nothing_is_asked(tmp_path):
    (tmp_path / "live").write_text("in the way")
    ask_picture(tmp_path, 1)
    assert asked_images(tmp_path) == ()
    write_picture(tmp_path, {"step": 1})
    assert read_picture(tmp_path) is None


def test_a_picture_is_replaced_whole_and_read_again(tmp_path):
    assert read_picture(tmp_path) is None
    assert picture_time(tmp_path) == 0
    ask_picture(tmp_path, 0)
    write_picture(tmp_path, {"step": 1})
    first = picture_time(tmp_path)
    assert read_picture(tmp_path) == {"step": 1}
    write_picture(tmp_path, {"step": 2})
    assert picture_time(tmp_path) >= first > 0
    assert names(tmp_path) == ["0", "picture.json"]


def test_a_picture_that_is_too_large_is_neither_written_nor_read(tmp_path):
    ask_picture(tmp_path, 0)
    write_picture(tmp_path, {"x": "a" * MOST_BYTES})
    assert read_picture(tmp_path) is None
    (tmp_path / "live" / "picture.json").write_text('{"x": "' + "a" * MOST_BYTES + '"}')
    assert read_picture(tmp_path) is None
