"""The film's message holds all frames."""

import base64
import io
import json
import struct

import numpy as np
from PIL import Image

from dashboard.charts.theme import DARK, LIGHT
from dashboard.components.film import FilmInfo, film_message
from dashboard.components.message import SPRITE_COLUMNS, pack_arrays, sprite


def read(message):
    (size,) = struct.unpack("<I", message[:4])
    header = json.loads(message[4 : 4 + size])
    body = message[4 + size :]
    kinds = {"f4": "<f4", "i4": "<i4", "u1": "u1"}
    arrays = {
        name: np.frombuffer(body[offset : offset + length], kinds[kind])
        for name, kind, offset, length in header["slices"]
    }
    return header, arrays


def film_of(image=1, frames=3):
    rng = np.random.default_rng(0)
    return FilmInfo(
        frames=[{"title": f"{n}", "words": f"epoch {n}"} for n in range(frames)],
        classes=("a", "b"),
        arrays={
            "confusion": rng.integers(0, 9, (frames, 2, 2)),
            "weights": rng.normal(size=(frames, 4, 784)).astype(np.float32),
            "xy": rng.normal(size=(frames, 5, 2)).astype(np.float32),
            "probabilities": rng.random((frames, 7, 2)).astype(np.float32),
        },
        labels=np.array([0, 1, 0, 1, 1]),
        images=np.zeros((5, 28, 28), np.uint8),
        image=image,
        label=1,
    )


def test_the_browser_gets_every_frame():
    info = film_of(image=6)
    header, arrays = read(film_message(info, LIGHT))
    assert [frame["words"] for frame in header["frames"]] == ["epoch 0", "epoch 1", "epoch 2"]
    assert np.array_equal(arrays["confusion"], info.arrays["confusion"].ravel())
    assert np.array_equal(arrays["xy"], info.arrays["xy"].ravel())
    assert np.array_equal(arrays["chances"], info.arrays["probabilities"][:, 6].ravel())
    answers = info.arrays["probabilities"][:, :5].argmax(2)
    assert np.array_equal(arrays["predicted"], answers.ravel())
    weights = (arrays["weights"].astype(float) - 128) / 127 * np.abs(info.arrays["weights"]).max()
    assert np.abs(weights - info.arrays["weights"].ravel()).max() < 0.02


def test_another_image_or_theme_is_the_same_film_drawn_anew():
    one, _ = read(film_message(film_of(image=1), LIGHT))
    other, _ = read(film_message(film_of(image=2), LIGHT))
    dark, _ = read(film_message(film_of(image=1), DARK))
    assert one["film"] == other["film"] == dark["film"]
    assert len({one["revision"], other["revision"], dark["revision"]}) == 3


def test_each_drawing_of_the_film_has_its_legend():
    text = read(film_message(film_of(), DARK))[0]["text"]
    assert len(text["signs"]) == len(text["titles"])
    assert all("class='signs'" in legend for legend in text["signs"])
    assert "weight of a pixel" in text["signs"][1]


def test_images_lie_side_by_side():
    images = (
        np.arange(SPRITE_COLUMNS + 2, dtype=np.uint8)[:, None, None].repeat(28, 1).repeat(28, 2)
    )
    sheet = sprite(images)
    found = np.array(Image.open(io.BytesIO(base64.b64decode(sheet.partition(",")[2]))))
    assert found.shape == (2 * 28, SPRITE_COLUMNS * 28)
    assert found[0, 28 * 3] == 3
    assert found[28, 28] == SPRITE_COLUMNS + 1


def test_bytes_that_are_not_aligned_are_read():
    _, arrays = read(
        pack_arrays({"x": "é"}, {"a": np.ones(3, np.uint8), "b": np.ones(2, np.float32)})
    )
    assert arrays["b"].tolist() == [1.0, 1.0]
