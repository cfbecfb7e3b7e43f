"""`mlcore predict`: image files of any kind, all in one forward pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mlcore.checkpoint import load
from mlcore.data import load_raw
from mlcore.insight import prediction
from mlcore.runs import RunFolder

Shell = Callable[..., Any]


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    """Test images of the bundled digits, as files: as they are, and large and dark on white."""
    raw = load_raw("digits", tmp_path).test
    files = []
    for index in range(6):
        files.append(tmp_path / f"{index}.png")
        pixels = raw.images[index]
        if index % 2:
            pixels = np.pad(255 - np.kron(pixels, np.ones((5, 5), np.uint8)), 30, mode="edge")
        Image.fromarray(pixels).save(files[-1])
    return files


def test_each_file_is_an_object_a_line(shell: Shell, trained: Path, images: list[Path]) -> None:
    names = list(map(str, images))
    answer = shell(["predict", *names, "--checkpoint", trained.name, "--json"])
    assert (answer.status, answer.err) == (0, "")
    assert [record["file"] for record in answer.records] == names
    assert [record["inverted"] for record in answer.records] == [False, True] * 3
    for record in answer.records:
        assert list(record) == ["file", "predicted", "probabilities", "inverted"]
        assert len(record["probabilities"]) == 10
        assert sum(record["probabilities"]) == pytest.approx(1)
        assert record["predicted"] == int(np.argmax(record["probabilities"]))
    file = RunFolder(trained).last_checkpoint()
    assert shell(["predict", *names, "--checkpoint", str(file), "--json"]).out == answer.out


def test_raw_leaves_the_preparation_out(shell: Shell, trained: Path, images: list[Path]) -> None:
    answer = shell(["predict", str(images[0]), f"--checkpoint={trained.name}", "--raw", "--json"])
    found = load(RunFolder(trained).last_checkpoint())
    pixels = np.asarray(Image.open(images[0]))
    assert answer.records[0]["probabilities"] == prediction.predict(found, pixels[None])[0].tolist()
    assert not answer.records[0]["inverted"]
    large = shell(["predict", str(images[1]), f"--checkpoint={trained.name}", "--raw", "--json"])
    assert not large.records[0]["inverted"]


def test_people_read_a_line_each(shell: Shell, trained: Path, images: list[Path]) -> None:
    answer = shell(["predict", str(images[0]), str(images[1]), "--checkpoint", trained.name])
    first, second = answer.out.splitlines()
    assert first.startswith(f"{images[0]}: ")
    assert first.count("%") == 3
    assert second.endswith(" (inverted)")


def test_a_file_that_cannot_be_used_is_a_sentence_and_the_others_are_answered(
    shell: Shell, trained: Path, images: list[Path], tmp_path: Path
) -> None:
    bad, empty = tmp_path / "bad.png", tmp_path / "empty.png"
    bad.write_bytes(b"no image")
    Image.new("L", (50, 50), 255).save(empty)
    words = [*(str(bad), str(images[0]), str(empty), "gone.png"), "--checkpoint", trained.name]
    answer = shell(["predict", *words, "--json"])
    assert answer.status == 2
    assert [record["file"] for record in answer.records] == [str(images[0])]
    lines = answer.err.splitlines()
    assert lines[0].startswith(f"mlcore: {bad}: This is no image that can be read")
    assert lines[1].startswith(f"mlcore: {empty}: Nothing is written on the image")
    assert lines[2].startswith("mlcore: gone.png cannot be read (No such file")


def test_all_images_go_through_the_model_at_once(
    shell: Shell, trained: Path, images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    real = prediction.predict
    monkeypatch.setattr(
        prediction, "predict", lambda found, them: sizes.append(len(them)) or real(found, them)
    )
    assert shell(["predict", *map(str, images * 40), "--checkpoint", trained.name]).status == 0
    assert sizes == [240]


def test_what_is_missing_is_said(shell: Shell, trained: Path, images: list[Path]) -> None:
    assert "needs an image" in shell("predict").err
    assert "needs a model" in shell(["predict", str(images[0])]).err
    answer = shell(["predict", str(images[0]), "--checkpoint", "nothing"])
    assert answer.status == 2
    assert "neither a checkpoint file nor a run" in answer.err
