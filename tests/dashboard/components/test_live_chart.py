"""What travels to the live chart in the browser."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import playwright
import pytest

from dashboard.charts.training import training_arrays, training_info
from dashboard.charts.training_frame import training_frame
from dashboard.components import live_chart
from dashboard.components.live_chart import pack
from dashboard.components.script import lean
from mlcore.events import EpochDone

NODE = str(Path(playwright.__file__).parent / "driver" / "node")  # which Playwright brings along


def node(script: str) -> Any:
    """What a script of Node writes as JSON."""
    answer = subprocess.run([NODE, "-e", script], capture_output=True, check=True, text=True)
    return json.loads(answer.stdout)


def unpack(message: bytes) -> tuple[dict, bytes]:
    (size,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + size]), message[4 + size :]


FRAME = {"data": [{"type": "scatter"}, {"type": "scatter"}], "layout": {"height": 100}}


def test_arrays_travel_as_bytes_and_short_lists_in_the_header():
    values = np.array([1.5, np.nan], np.float32)
    header, body = unpack(
        pack(FRAME, [{"x": np.array([1, 2]), "y": values}, {"text": ["a", "b"]}], run="r")
    )
    assert header["run"] == "r"
    assert header["points"] == 2
    assert header["data"][1] == {"type": "scatter", "text": ["a", "b"]}
    x, y = header["arrays"]
    assert (x["name"], x["kind"], y["kind"]) == ("x", "i4", "f4")
    part = body[y["offset"] : y["offset"] + y["size"]]
    np.testing.assert_array_equal(np.frombuffer(part, "<f4"), values)


def test_the_revision_is_of_the_content():
    def revision(value: float) -> str:
        return unpack(pack(FRAME, [{"y": np.array([value])}], run="r"))[0]["revision"]

    assert revision(1.0) == revision(1.0) != revision(2.0)


def test_what_is_spoken_travels_along_and_draws_nothing_anew():
    plain, _ = unpack(pack(FRAME, [{}], run="r"))
    spoken, _ = unpack(pack(FRAME, [{}], run="r", spoken={"words": "w", "news": None}))
    assert (spoken["words"], spoken["news"]) == ("w", None)
    assert plain["revision"] == spoken["revision"]


def test_packing_leaves_the_frame_as_it_was():
    pack(FRAME, [{"text": ["a"]}], run="r")
    assert FRAME["data"] == [{"type": "scatter"}, {"type": "scatter"}]


@pytest.mark.parametrize("visible", [None, (40_000.0, 41_000.0)])
@pytest.mark.parametrize(("count", "size"), [(100, 60_000), (3_800, 110_000)])
def test_a_refresh_stays_far_below_150_kb_at_any_length(count, size, visible):
    losses = np.random.default_rng(0).random(count * 1_000).astype(np.float32)
    epochs = [
        EpochDone(
            epoch=number,
            step=number * 1_000,
            train_loss=0.5,
            validation_loss=0.4,
            validation_accuracy=0.9,
            lr=0.1,
            seconds=1.0,
            images_per_second=1.0,
        )
        for number in range(1, count + 1)
    ]
    info = training_info(losses, epochs, visible=visible)
    message = pack(training_frame(info, run="r"), training_arrays(info), run="r")
    assert len(message) + len(live_chart._script()) < size


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, None),
        ({}, None),
        ({"visible": {"run": "r", "range": [30.5, 10.0]}}, (10.0, 30.5)),
        ({"visible": {"run": "another", "range": [10, 30]}}, None),
        ({"visible": {"run": "r", "range": None}}, None),
        ({"visible": {"run": "r", "range": [1, "nonsense"]}}, None),
        ({"visible": {"run": "r", "range": [1, float("nan")]}}, None),
        ({"visible": "nonsense"}, None),
    ],
)
def test_only_a_valid_zoom_of_this_run_counts(monkeypatch, state, expected):
    monkeypatch.setattr(live_chart.st, "session_state", {"chart": state} if state else {})
    assert live_chart.visible_range("chart", "r") == expected


SPOKEN = """
let now = 1e6, next = null;
Date.now = () => now;
const setTimeout = (say, wait) => (next = { say, at: now + wait });
const clearTimeout = () => { next = null; };
const [CALM, SOON, said] = [8000, 1000, []];
const announcer = () => ({ set textContent(text) { said.push(text); } });
SCRIPT
for (let turn = 0; turn < 40; turn += 1, now += 500) {
  if (next && next.at <= now) { const { say } = next; next = null; say(); }
  const warning = turn > 2 ? "Too high." : "";
  const text = `Epoch ${Math.floor(turn / 3)}.`;
  announce("run", { text, state: "running", ended: false, warning });
}
console.log(JSON.stringify(said));
"""


def test_a_warning_is_said_once_also_where_the_next_epochs_come_before_its_turn():
    text = Path(live_chart.__file__).with_suffix(".js").read_text(encoding="utf-8")
    script = text[text.index("const speech = ") : text.index("const fitted = ")]
    said = node(SPOKEN.replace("SCRIPT", script))
    assert len(said) == 3
    assert [text for text in said if "Too high." in text] == ["Epoch 5. Too high."]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("2 losses of 0", 1),
        ("12,345 losses off the scale: up to 3.403e+38 at step 12,345", 2),
        ("12,345 个损失值超出坐标范围：最大为 3.403e+38，出现在第 12,345 步", 2),
        ("", 0),
    ],
)
def test_what_cannot_be_drawn_is_said_beside_plotlys_buttons_and_within_a_phone(text, lines):
    notes = json.dumps([text] if text else [])
    labels = lean(Path(live_chart.__file__).with_name("chart_labels.js"))
    found = node(
        f"{labels} const drawn = (...room) => notesOf({{notes: {notes}}}, ...room, 1);"
        "console.log(JSON.stringify([drawn(300, false), drawn(1000, true)]))"
    )
    narrow, wide = ("".join(note["text"] for note in one["drawn"]) for one in found)
    assert (narrow.count("<br>") + 1 if narrow else 0) == lines
    assert " ".join(narrow.split("<br>")).split() == text.split() or "个" in text
    assert wide == text
    assert found[0]["high"] == (16 * lines + 6 if lines else 0)
    assert [note["xshift"] for note in found[1]["drawn"]] == [-30] * bool(text)
