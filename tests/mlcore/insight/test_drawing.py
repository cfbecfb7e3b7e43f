"""Images are prepared as MNIST was: against its own images, and step by step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlcore.config import RunConfig
from mlcore.data import load_raw
from mlcore.errors import ImageError
from mlcore.insight.drawing import prepare, resize
from mlcore.run import execute
from mlcore.runs import RunStore
from tests.photographs import as_jpeg, photograph
from tests.strokes import DIGITS, POSITIONS, rendered

SEVEN = prepare(rendered(7, "middle"), paper="black").image


def on_canvas(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The image ten times as large, somewhere on white paper, dark."""
    canvas = np.zeros((460, 600), np.uint8)
    top, left = int(rng.integers(180)), int(rng.integers(320))
    canvas[top : top + 280, left : left + 280] = np.kron(image, np.ones((10, 10), np.uint8))
    return 255 - canvas


def test_steps_are_those_of_mnist_and_say_where_the_paper_is_light():
    drawing = prepare(on_canvas(SEVEN, np.random.default_rng(0)))
    assert [step.name for step in drawing.steps] == [
        *("grey", "inverted", "cropped", "boxed", "centred")
    ]
    assert drawing.inverted
    assert not drawing.uneven
    assert max(drawing.steps[3].image.shape) == 20
    assert drawing.steps[-1].image is drawing.image
    assert np.array_equal(drawing.image, SEVEN)
    dark = prepare(255 - on_canvas(SEVEN, np.random.default_rng(0)))
    assert not dark.inverted
    assert np.array_equal(dark.image, SEVEN)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("digit", DIGITS)
def test_the_centre_of_mass_lies_in_the_middle(digit, position):
    image = prepare(rendered(digit, position), paper="black").image.astype(float)
    for axis in (0, 1):
        centre = (image.sum(1 - axis) * np.arange(28)).sum() / image.sum()
        assert 13.5 <= centre <= 14.5


def test_the_place_on_the_pad_makes_no_difference_unless_the_centring_is_left_out():
    pad = np.zeros((280, 280), np.uint8)
    small = rendered(5, "middle")[40:240, 60:220]
    images = []
    for top, left in ((0, 0), (80, 120), (31, 47)):
        pad[:] = 0
        pad[top : top + 200, left : left + 160] = small
        images.append([prepare(pad, centre=centre).image for centre in (True, False)])
    assert all(np.array_equal(images[0][0], centred) for centred, _ in images)
    assert not np.array_equal(images[0][1], images[1][1])


def test_the_ratio_is_kept_and_nothing_is_cut_off():
    wide = np.zeros((100, 300), np.uint8)
    wide[40:50, 20:260] = 255
    drawing = prepare(wide)
    assert drawing.steps[-2].image.shape == (1, 20)
    assert drawing.image.sum() == drawing.steps[-2].image.sum()
    lopsided = np.zeros((200, 200), np.uint8)
    lopsided[:, :4], lopsided[:60, :60] = 255, 255  # its mass lies in a corner
    assert prepare(lopsided).image.sum() == prepare(lopsided).steps[-2].image.sum()


@given(st.data())
def test_resizing_keeps_the_mean_and_equals_exact_fractions(data):
    from fractions import Fraction

    height, width, rows, columns = (data.draw(st.integers(1, 9)) for _ in range(4))
    pixels = data.draw(st.lists(st.integers(0, 255), min_size=81, max_size=81))
    image = np.array(pixels[: height * width], np.uint8).reshape(height, width)
    new = resize(image, rows, columns)
    for row in range(rows):
        for column in range(columns):
            total = Fraction(0)
            for i in range(height):
                for j in range(width):
                    down = _overlap(i, height, row, rows)
                    total += down * _overlap(j, width, column, columns) * int(image[i, j])
            assert new[row, column] == int(total * rows * columns + Fraction(1, 2))


def _overlap(old, before, new, after):
    from fractions import Fraction

    end = min(Fraction(old + 1, before), Fraction(new + 1, after))
    return max(Fraction(0), end - max(Fraction(old, before), Fraction(new, after)))


@pytest.mark.parametrize("level", [0, 77, 255])
@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (300, 200)])
def test_an_empty_drawing_is_one_sentence(level, shape):
    for centre in (True, False):
        with pytest.raises(ImageError, match=r"^Nothing is written on the image: draw a digit"):
            prepare(np.full(shape, level, np.uint8), centre=centre)


def test_an_empty_photograph_is_the_same_sentence():
    with pytest.raises(ImageError, match=r"^Nothing is written"):
        prepare(photograph(np.zeros((28, 28), np.uint8), 1))


def test_weak_ink_is_as_strong_as_mnists():
    pencil = np.full((200, 200), 240, np.uint8)
    pencil[50:150, 90:110] = 180
    assert prepare(pencil).image.max() == 255


def test_a_photograph_is_evened_out_and_what_is_written_comes_back():
    drawing = prepare(photograph(SEVEN, 3, shadow=True))
    assert drawing.inverted
    assert drawing.uneven
    assert [step.name for step in drawing.steps][:3] == ["grey", "inverted", "evened"]
    assert np.abs(drawing.image.astype(int) - SEVEN).mean() < 12
    assert drawing.image[0].max() == 0


@pytest.fixture(scope="module")
def skilled(mnist_root: Path, tmp_path_factory: pytest.TempPathFactory):
    """A checkpoint that is right on 97 % of MNIST or more."""
    from mlcore.checkpoint import load
    from mlcore.presets import PRESETS

    config = PRESETS["Fast 98 %"].with_values(
        {"train.epochs": 3, "train.device": "cpu", "data.root": str(mnist_root)}
    )
    assert isinstance(config, RunConfig)
    folder = RunStore(tmp_path_factory.mktemp("skilled")).create(config)
    execute(folder)
    return load(folder.last_checkpoint())


@pytest.mark.mnist
@pytest.mark.slow
def test_images_of_mnist_come_back_from_a_canvas_and_are_recognised_as_before(skilled, mnist_root):
    """500 test images, ten times as large, dark on white paper, somewhere on it."""
    from mlcore.insight.prediction import predict

    raw, rng = load_raw("mnist", mnist_root).test, np.random.default_rng(0)
    images, labels = raw.images[:500], raw.labels[:500]
    back = np.stack([prepare(on_canvas(image, rng)).image for image in images])
    off = np.abs(back.astype(int) - images)
    print(f"\nequal to the last pixel: {(off.max((1, 2)) == 0).sum()} of 500; most off {off.max()}")
    assert off.max() == 0
    before = predict(skilled, images).argmax(1) == labels
    assert before.mean() >= 0.97
    photographs = [prepare(photograph(one, n)).image for n, one in enumerate(images[:100])]
    taken = (predict(skilled, np.stack(photographs)).argmax(1) == labels[:100]).mean()
    print(f"photographs: {taken:.0%} of 100 right, the images themselves {before[:100].mean():.0%}")
    assert taken >= 0.94


@pytest.mark.mnist
@pytest.mark.slow
def test_ten_digits_at_five_positions_are_recognised_only_where_they_are_centred(skilled):
    from mlcore.insight.prediction import predict

    right = {}
    for centre in (True, False):
        for position in POSITIONS:
            pads = [rendered(digit, position) for digit in DIGITS]
            images = np.stack([prepare(pad, centre=centre, paper="black").image for pad in pads])
            right[centre, position] = int((predict(skilled, images).argmax(1) == range(10)).sum())
    print(f"\ncentred {[right[True, p] for p in POSITIONS]} of 10, not {list(right.values())[5:]}")
    assert min(right[True, position] for position in POSITIONS) >= 8
    assert sum(right[False, p] for p in POSITIONS) <= sum(right[True, p] for p in POSITIONS) / 2


def test_a_compressed_scan_is_no_photograph():
    from mlcore.insight.image_file import decode_grey

    scan = decode_grey(as_jpeg(on_canvas(SEVEN, np.random.default_rng(2)), quality=75))
    assert not prepare(scan).uneven
    assert np.abs(prepare(scan).image.astype(int) - SEVEN).mean() < 12
