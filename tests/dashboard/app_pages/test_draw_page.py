"""The Draw page without a browser: what the pad is sent, and what is kept of a drawing."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.components.drawing_pad import Sent
from dashboard.server import drawings
from dashboard.session.drawn import Drawn
from dashboard.session.uploads import save_upload
from mlcore.checkpoint import load
from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.data.drawings import count_drawings, newest_drawings, pack_drawings
from mlcore.insight import plain_network
from mlcore.insight.drawing import prepare
from mlcore.insight.prediction import predict
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.strokes import rendered

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32),
    model=ModelConfig(hidden=(16,), batch_norm=True),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=1, device="cpu", threads=1),
)
PAD = rendered(7, "middle")


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> RunFolder:
    folder = RunStore(page_folder / "runs").create(CONFIG)
    execute(folder)
    return folder


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCORE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def opened(app: AppTest, run: RunFolder | None = None) -> AppTest:
    if run is not None:
        app.query_params["run"] = run.id
    app.run()
    return app.switch_page("app_pages/draw.py").run()


def put(app: AppTest, content: bytes, kind: Any = "image") -> AppTest:
    """As if this came from the pad."""
    sent = Sent(kind=kind, content=content, serial=5)
    app.session_state["drawn"] = Drawn(sent, save_upload(kind, memoryview(content)))
    return app.run()


def png(pixels: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def pad_message(app: AppTest) -> tuple[dict[str, Any], bytes]:
    """What the pad is told, and the numbers that were sent before it."""
    protos = {node.proto.component_name: node.proto for node in app.get("bidi_component")}
    header = json.loads(protos["drawing_pad"].json)
    if "drawing_numbers" not in protos:
        return header, b""
    content = protos["drawing_numbers"].bytes
    (size,) = struct.unpack_from("<I", content)
    assert json.loads(content[4 : 4 + size])["mark"] == header["network"]["mark"]
    return header, content[4 + size :]


def test_without_runs_the_page_says_what_to_do(app: AppTest, runs: RunStore) -> None:
    page = opened(app)
    assert not page.exception
    assert any("it reads your handwriting here" in text.value for text in page.markdown)


def test_a_run_without_a_checkpoint_says_when_there_will_be_one(
    app: AppTest, runs: RunStore
) -> None:
    runs.create(CONFIG)
    assert any("no checkpoint yet" in text.value for text in opened(app).info)


def test_the_pad_gets_the_network_as_plain_numbers(app: AppTest, trained: RunFolder) -> None:
    page = opened(app, trained)
    assert not page.exception
    header, numbers = pad_message(page)
    assert header["network"]["widths"] == [784, 16, 10]
    assert header["classes"] == list("0123456789")
    assert header["answer"] is None
    found = load(trained.last_checkpoint())
    wanted = plain_network.plain_network(found)
    assert wanted
    assert numbers == wanted.numbers.tobytes()
    assert page.button(key="keep-7").disabled


def test_an_image_is_answered_by_the_server_step_by_step(app: AppTest, trained: RunFolder) -> None:
    page = put(opened(app, trained), png(255 - PAD))
    header, _ = pad_message(page)
    steps = [step["name"] for step in header["answer"]["steps"]]
    assert steps == ["grey", "inverted", "cropped", "boxed", "centred"]
    assert (header["answer"]["serial"], header["answer"]["image"]) == (5, True)
    found = load(trained.last_checkpoint())
    wanted = predict(found, prepare(255 - PAD).image[None])[0]
    assert np.allclose(header["answer"]["probabilities"], wanted)
    page.toggle(key="draw-centre").set_value(False).run()
    header, _ = pad_message(page)
    assert [step["name"] for step in header["answer"]["steps"]][-1] == "resized"
    assert any("Without it the model sees the whole pad" in text.value for text in page.caption)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"no image", "This is no image that can be read"), (png(PAD * 0), "Nothing is written")],
)
def test_an_image_that_cannot_be_used_is_a_sentence_at_the_pad(
    app: AppTest, trained: RunFolder, content: bytes, reason: str
) -> None:
    page = put(opened(app, trained), content)
    assert not page.error
    header, _ = pad_message(page)
    assert header["problem"].startswith(reason)
    assert header["serial"] == 5
    assert page.button(key="keep-3").disabled
    page.toggle(key="draw-centre").set_value(False).run()
    usable = bool(pad_message(page)[0]["answer"])
    assert page.button(key="keep-3").disabled is not usable
    assert not put(page, png(PAD)).button(key="keep-3").disabled


def test_strokes_are_answered_in_the_browser_but_for_a_large_network(
    app: AppTest, trained: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = put(opened(app, trained), png(PAD), "strokes")
    assert pad_message(page)[0]["answer"] is None
    about = {"mean": 0.5, "std": 0.5, "outputs": 10, "file": None}
    monkeypatch.setattr(drawings, "_network", lambda *_: (about, b""))
    header, numbers = pad_message(page.run())
    assert (header["network"], numbers) == (None, b"")
    assert header["answer"]["image"] is False
    assert any("too large to be computed in the browser" in text.value for text in page.caption)


def test_a_drawing_is_kept_once_with_its_label_and_each_can_be_deleted(
    app: AppTest, trained: RunFolder, tmp_path: Path
) -> None:
    page = put(opened(app, trained), png(PAD), "strokes")
    assert any("Nothing is in it yet" in text.value for text in page.caption)
    page.button(key="keep-7").click().run()
    page.button(key="keep-1").click().run()
    page.button(key="keep-1").click().run()
    assert not page.error
    assert any("It is kept as 1 already. 2 drawings" in text.value for text in page.caption)
    assert count_drawings(tmp_path / "data") == {"7": 1, "1": 1}
    assert any("2 drawings in the set" in text.value for text in page.caption)
    packed = zipfile.ZipFile(io.BytesIO(pack_drawings(tmp_path / "data")))
    kept = np.asarray(Image.open(io.BytesIO(packed.read(packed.namelist()[0]))))
    assert np.array_equal(kept, prepare(PAD, paper="black").image)
    for file, left in zip(newest_drawings(tmp_path / "data", 2), ({"7": 1}, {}), strict=True):
        page.button(key=f"forget-{file.stem}").click().run()
        assert count_drawings(tmp_path / "data") == left
    assert any("Nothing is in it yet" in text.value for text in page.caption)
    assert count_drawings(tmp_path / "data") == {}


def test_why_is_asked_only_where_it_is_wanted(app: AppTest, trained: RunFolder) -> None:
    page = put(opened(app, trained), png(PAD), "strokes")
    assert not any("What speaks for" in header.value for header in page.header)
    page.toggle(key="draw-why").set_value(True).run()
    assert not page.exception
    assert not page.error
    titles = [header.value for header in page.header]
    assert titles[0].startswith("What speaks for")
    assert titles[1] == "Nearest training images"
    assert [one.value for one in page.subheader] == ["Gradient × input", "Integrated gradients"]
