"""JSON objects are read whole and plain, or not at all."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore.plain_json import parse_object, read_object, whole_text


def test_an_object_comes_back(tmp_path):
    record = {"a": [1, 2.5, None, True, "ä"], "b": {"c": {}}, "seed": 2**63 - 1, "low": -(2**63)}
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbf" + json.dumps(record).encode())
    assert read_object(tmp_path / "file") == record


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"5",
        b"{",
        b"{}}",
        b"\0\0\0",
        b'{"a": "\xff"}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": [-1.5E+400]}',
        b'{"a": ' + b"9" * 400 + b".0}",
        b'{"a": ' + b"9" * 400 + b"}",
        b'{"a": -' + b"9" * 5_000 + b"}",
        b'{"a": ' * 900 + b"1" + b"}" * 900,
        b'{"a": ' * 100_000,
        b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_object(text)


def test_a_long_list_of_short_ones_is_no_depth():
    assert parse_object(b'{"a": [' + b"[],{}," * 500 + b"0]}")["a"][-1] == 0


def test_halves_of_characters_are_replaced_and_whole_ones_are_kept():
    found = parse_object(b'{"a": ["\\ud800x", "\\ud83d\\ude00"], "\\udfff": 1}')
    assert found == {"a": ["\ufffdx", "😀"], "\ufffd": 1}
    assert whole_text("caf\udce9 😀") == "caf\ufffd 😀"


def test_a_file_that_is_too_long_is_not_read(tmp_path):
    path = tmp_path / "file"
    path.write_text('{"a": 1}')
    assert read_object(path, 8) == {"a": 1}
    with pytest.raises(ValueError, match="longer"):
        read_object(path, 7)


@given(
    st.binary(max_size=300) | st.text(alphabet='{}[]":,0123456789.eE+-\\ud8aNntrufls', max_size=60)
)
def test_no_bytes_are_a_fault(text):
    content = text if isinstance(text, bytes) else text.encode()
    try:
        found = parse_object(content)
    except ValueError:
        return
    json.dumps(found).encode()
    assert not any(isinstance(v, float) and math.isnan(v) for v in found.values())
