"""What comes back from the pad, whoever sent it."""

from __future__ import annotations

from base64 import b64encode

import pytest
import streamlit as st

from dashboard.components import drawing_pad
from dashboard.components.drawing_pad import Sent, sent

CONTENT = b64encode(b"an image").decode()


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch):
    def say(value: object) -> Sent | None:
        monkeypatch.setattr(st, "session_state", {"pad": {"drawing": value}})
        return sent("pad")

    return say


def test_strokes_images_and_nothing(says):
    for kind in ("strokes", "image"):
        assert says({"kind": kind, "content": CONTENT, "serial": 3}) == Sent(
            kind=kind, content=b"an image", serial=3
        )
    assert says({"kind": "none", "content": "", "serial": 4}) == Sent(
        kind="none", content=b"", serial=4
    )


@pytest.mark.parametrize(
    "value",
    [
        *(None, 1, "x", [], {}, {"kind": "strokes"}, {"kind": ["image"], "content": CONTENT}),
        {"kind": "other", "content": CONTENT, "serial": 1},
        {"kind": "image", "content": "not base64!", "serial": 1},
        {"kind": "image", "content": CONTENT, "serial": True},
        {"kind": "image", "content": CONTENT, "serial": "1"},
        {"kind": "image", "content": "", "serial": 1},
        {"kind": "none", "content": CONTENT, "serial": 1},
        {"kind": "image", "content": 7, "serial": 1},
    ],
)
def test_anything_else_is_nothing(says, value):
    assert says(value) is None


def test_too_long_is_nothing(says, monkeypatch):
    monkeypatch.setattr(drawing_pad, "MOST_BYTES", 7)
    assert says({"kind": "image", "content": CONTENT, "serial": 1}) is None
