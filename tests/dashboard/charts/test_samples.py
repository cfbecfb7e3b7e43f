from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from dashboard.charts.samples import SampleRow, png, row_image, samples_html, samples_info
from dashboard.charts.theme import LIGHT

LABELS = np.array([0, 1, 0, 1, 0, 1, 1])


def test_each_class_gets_its_own_images_without_repetition() -> None:
    rows = samples_info(LABELS, ["zero", "one"], each=4, seed=0)
    assert [(row.label, row.images) for row in rows] == [("zero", 3), ("one", 4)]
    assert [set(row.indices) for row in rows] == [{0, 2, 4}, {1, 3, 5, 6}]


def test_the_same_seed_draws_the_same_and_another_draws_others() -> None:
    labels = np.zeros(1_000, np.int64)
    draws = [samples_info(labels, ["a"], 16, seed) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_a_class_without_images_is_an_empty_row() -> None:
    assert samples_info(LABELS, ["zero", "one", "none"], 2, 0)[2] == SampleRow(
        label="none", images=0, indices=()
    )


def test_a_row_holds_its_images_side_by_side_with_clear_gaps() -> None:
    images = np.full((2, 3, 3), 9, np.uint8)
    row = row_image(images, columns=3)
    assert row.shape == (3, 13, 2)
    assert row[0, :, 1].tolist() == [255] * 3 + [0] * 2 + [255] * 3 + [0] * 5
    shown = Image.open(io.BytesIO(base64.b64decode(png(row).split(",")[1])))
    np.testing.assert_array_equal(np.asarray(shown), row)


def test_names_are_shown_as_text_and_never_as_markup() -> None:
    rows = (SampleRow(label="<b>", images=1, indices=(0,)),)
    fragment = samples_html(rows, np.zeros((1, 3, 3), np.uint8), 2, LIGHT)
    assert "&lt;b&gt;" in fragment
    assert "<b><b>" not in fragment
