"""Name, tags and note of a run."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore.config import RunConfig
from mlcore.errors import SettingsError
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.library.label import (
    LONGEST_NOTE,
    MOST_TAGS,
    Label,
    check_note,
    check_tags,
    read_label,
    rename,
    set_note,
    set_tags,
)
from mlcore.runs.library.trash import delete, restore


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def folder(store):
    return store.create(RunConfig(), name="first")


def test_name_tags_and_note_leave_each_other_alone(folder):
    set_tags(folder, ["wide", "lecture-3"])
    set_note(folder, "line one\r\nline two")
    rename(folder, "second")
    expected = Label(name="second", tags=("wide", "lecture-3"), note="line one\nline two")
    assert read_label(RunFolder(folder.path)) == expected
    set_tags(folder, [])
    set_note(folder, "")
    assert read_label(folder) == Label(name="second")


def test_a_list_tells_them_at_once(store, folder):
    assert store.list()[0].tags == ()
    set_tags(folder, ["wide"])
    set_note(folder, "why")
    info = store.list()[0]
    assert (info.name, info.tags, info.note) == ("first", ("wide",), "why")


def test_they_go_to_the_trash_and_back(store, folder):
    set_tags(folder, ["wide"])
    path = folder.path
    folder.path.joinpath("control.jsonl").write_text('{"command": "stop"}\n')
    delete(folder)
    restore(store, path.name)
    assert read_label(RunFolder(path)).tags == ("wide",)


def test_a_tag_counts_once_however_it_is_written():
    assert check_tags(["Wide", "wide", "größer", "a.b_c-1"]) == ("Wide", "größer", "a.b_c-1")


@pytest.mark.parametrize("tag", ["", "two words", "-x", "<b>", "a/b", "x" * 31, "a\n", "a\0"])
def test_a_tag_is_a_word(tag):
    with pytest.raises(SettingsError, match="A tag must be a word"):
        check_tags(["good", tag])


def test_too_much_is_refused_with_the_limit(folder):
    with pytest.raises(SettingsError, match="can have 10 tags, but got 11"):
        set_tags(folder, [f"t{number}" for number in range(MOST_TAGS + 1)])
    with pytest.raises(SettingsError, match="2,000 characters, but got 2,001"):
        set_note(folder, "x" * (LONGEST_NOTE + 1))
    assert read_label(folder) == Label(name="first")


def test_a_note_has_no_control_characters():
    assert check_note("\x1b[31mred\x07\tone\n\ntwo ") == "[31mred  one\n\ntwo"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(
    told=st.fixed_dictionaries({}, optional={"name": JSON, "tags": JSON, "note": JSON})
    | JSON
    | st.binary()
)
def test_a_file_from_anyone_gives_a_label_within_its_limits(tmp_path_factory, told):
    folder = RunFolder(tmp_path_factory.getbasetemp())
    folder.config_path.write_text('{"name": "made", "config": {}}')
    folder.label_path.write_bytes(told if isinstance(told, bytes) else json.dumps(told).encode())
    label = read_label(folder)
    assert check_tags(label.tags) == label.tags
    assert check_note(label.note) == label.note
    assert label.name == " ".join(label.name.split())


def test_a_file_of_huge_parts_is_cut(folder):
    tags = [f"t{number}" for number in range(5_000)]
    huge = {"name": "n" * 10**6, "tags": tags, "note": "x" * 10**6}
    folder.label_path.write_text(json.dumps(huge))
    label = read_label(folder)
    assert (len(label.name), label.tags, len(label.note)) == (200, tuple(tags[:10]), 2_000)
