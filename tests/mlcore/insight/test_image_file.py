"""Image files of any kind become grey pixels; what is too large or no image is a sentence."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from mlcore.errors import ImageError
from mlcore.insight import image_file
from mlcore.insight.image_file import WORKING_SIDE, decode_grey, read_grey

GREY = np.arange(0, 240, 2, dtype=np.uint8).reshape(10, 12)


def saved(image: Image.Image, form: str = "PNG", **more) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **more)
    return stream.getvalue()


@pytest.mark.parametrize("form", ["PNG", "BMP", "GIF", "WEBP"])
def test_grey_images_keep_their_levels(form):
    more = {"lossless": True} if form == "WEBP" else {}
    assert np.array_equal(decode_grey(saved(Image.fromarray(GREY), form, **more)), GREY)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_png_of_any_mode(mode):
    pixels = np.where(GREY > 128, 255, 0).astype(np.uint8)
    if mode == "I;16":
        image = Image.fromarray(pixels.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(pixels).convert(mode)
    assert np.array_equal(decode_grey(saved(image)), pixels)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_any_mode(mode):
    pixels = np.full((40, 40), 255, np.uint8)
    pixels[10:30, 10:30] = 0
    found = decode_grey(saved(Image.fromarray(pixels).convert("RGB").convert(mode), "JPEG"))
    assert np.abs(found.astype(int) - pixels).max() < 40
    assert found[0, 0] > 240 > 15 > found[20, 20]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright_as_its_exif_data_say(orientation):
    image = Image.fromarray(np.kron(GREY, np.ones((16, 16), np.uint8)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = decode_grey(saved(image, "JPEG", exif=exif, quality=95))
    turned = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE"}
    turned |= {6: "ROTATE_270", 7: "TRANSVERSE", 8: "ROTATE_90"}
    if orientation > 1:
        image = image.transpose(Image.Transpose[turned[orientation]])
    assert np.abs(found.astype(int) - np.asarray(image)).mean() < 4


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0)])
def test_what_is_see_through_is_paper(ink, paper):
    drawn = np.zeros((20, 20, 4), np.uint8)
    drawn[5:15, 8:12] = (ink, ink, ink, 255)
    found = decode_grey(saved(Image.fromarray(drawn)))
    assert (found[0, 0], found[10, 10]) == (paper, ink)


def test_a_palette_with_a_see_through_entry():
    image = Image.fromarray(np.where(GREY > 100, 1, 0).astype(np.uint8)).convert("P")
    image.putpalette([255, 0, 0, 0, 0, 0])
    found = decode_grey(saved(image, transparency=0))
    assert np.array_equal(found == 0, GREY > 100)
    assert found.max() == 255


def test_large_images_are_averaged_down():
    noise = np.random.default_rng(0).integers(0, 256, (1500, 3000), dtype=np.uint8)
    found = decode_grey(saved(Image.fromarray(noise)))
    assert found.shape == (500, 1000)
    assert found.std() < 40 < noise.std()
    found = decode_grey(saved(Image.fromarray(noise), "JPEG"))
    assert max(found.shape) <= WORKING_SIDE


def bomb(side: int) -> bytes:
    """A PNG that is small as a file and huge in memory."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        summed = kind + body
        return struct.pack(">I", len(body)) + summed + struct.pack(">I", zlib.crc32(summed))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [5_001, 20_000, 60_000])
def test_what_is_too_large_is_refused_before_it_is_decoded(side, monkeypatch):
    monkeypatch.setattr(image_file, "_grey", lambda *_: pytest.fail("decoded"))
    with pytest.raises(ImageError, match=r"^The image (has .* pixels, more than|is too large)"):
        decode_grey(bomb(side))


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"no image", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"BM" + bytes(60)),
        saved(Image.fromarray(GREY), "TIFF"),
        saved(Image.effect_noise((99, 99), 50))[:600],
        saved(Image.fromarray(GREY).resize((300, 300)), "JPEG")[:400],
        bomb(100),
    ],
)
def test_what_is_no_image_is_one_sentence(content):
    with pytest.raises(ImageError, match=r"^This is no image that can be read: choose a PNG"):
        decode_grey(content)


def test_damaged_bytes_never_end_in_anything_but_pixels_or_a_sentence():
    rng = np.random.default_rng(0)
    for form in image_file.FORMATS:
        whole = saved(Image.fromarray(np.kron(GREY, np.ones((5, 5), np.uint8))), form)
        for _ in range(60):
            content = bytearray(whole)
            for place in rng.integers(len(content), size=3):
                content[place] = rng.integers(256)
            with contextlib.suppress(ImageError):
                assert decode_grey(bytes(content)).dtype == np.uint8


def test_files_that_are_not_there_or_too_long(tmp_path, monkeypatch):
    with pytest.raises(ImageError, match=r"none\.png cannot be read \(No such file"):
        read_grey(tmp_path / "none.png")
    with pytest.raises(ImageError, match="cannot be read"):
        read_grey(tmp_path)
    monkeypatch.setattr(image_file, "MOST_BYTES", 1000)
    (tmp_path / "long.png").write_bytes(bytes(1001))
    with pytest.raises(ImageError, match=r"long\.png is longer than"):
        read_grey(tmp_path / "long.png")
