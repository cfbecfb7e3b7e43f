"""The page's own script gets mlcore's pixels to the last one, and its probabilities to 1e-4."""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from playwright.sync_api import Page

from dashboard.components import drawing_pad
from mlcore.checkpoint import load, save_weights
from mlcore.config.model import Activation, ModelConfig
from mlcore.insight.drawing import prepare
from mlcore.insight.plain_network import plain_network
from mlcore.insight.prediction import predict
from mlcore.model import MLP
from tests.strokes import DIGITS, POSITIONS, rendered

pytestmark = pytest.mark.browser

SCRIPT = Path(drawing_pad.__file__).with_name("drawing_network.js").read_text()
STEPS = """([grey, rows, columns, centre]) => {
  const pixels = Uint8Array.from(atob(grey), (one) => one.charCodeAt(0));
  const steps = prepare({ rows, columns, pixels }, centre);
  return steps && steps.map((step) => ({
    name: step.name, rows: step.rows, columns: step.columns,
    pixels: btoa(String.fromCharCode(...step.pixels.subarray(0, 90000))),
  }));
}"""
ANSWERS = """([network, numbers, images]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const floats = new Float32Array(bytes(numbers).buffer);
  return images.map((image) => [...answer(network, floats, bytes(image))]);
}"""


@pytest.fixture
def script(page: Page) -> Page:
    page.add_script_tag(content=SCRIPT)
    return page


def coded(array: np.ndarray) -> str:
    return b64encode(array.tobytes()).decode()


def drawings(rng: np.random.Generator):
    """Digits everywhere on the pad, scribbles of every size, and noise."""
    for digit in DIGITS:
        yield from (rendered(digit, position, scale=1) for position in POSITIONS)
    for _ in range(40):
        height, width = (int(side) for side in rng.integers(1, 281, 2))
        image = np.zeros((280, 280), np.uint8)
        top, left = int(rng.integers(281 - height)), int(rng.integers(281 - width))
        ink = rng.integers(0, 256, (height, width)) * (rng.random((height, width)) < rng.random())
        ink[0, 0] = 255
        image[top : top + height, left : left + width] = ink
        yield image


def test_every_step_has_the_same_pixels(script: Page) -> None:
    for centre in (True, False):
        for grey in drawings(np.random.default_rng(int(centre))):
            wanted = prepare(grey, centre=centre, paper="black").steps
            found = script.evaluate(STEPS, [coded(grey), *grey.shape, centre])
            assert [step["name"] for step in found] == [step.name for step in wanted]
            for step, other in zip(found, wanted, strict=True):
                pixels = np.frombuffer(b64decode(step["pixels"]), np.uint8)
                assert np.array_equal(pixels.reshape(step["rows"], -1), other.image), step["name"]
    empty = np.zeros((280, 280), np.uint8)
    assert script.evaluate(STEPS, [coded(empty), 280, 280, True]) is None


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("activation", get_args(Activation))
def test_the_probabilities_are_mlcores(
    script: Page, tmp_path: Path, activation: str, batch_norm: bool
) -> None:
    torch.manual_seed(1)
    config = ModelConfig(hidden=(64, 32), activation=activation, batch_norm=batch_norm)
    model = MLP(config, outputs=10)
    with torch.no_grad():
        model.linears[-1].weight.mul_(8)  # sure answers, not only guesses
    for _ in range(5):
        model(torch.randn(64, 784))
    save_weights(tmp_path / "model.pt", model.state_dict())
    found = load(tmp_path / "model.pt").assuming(
        {"activation": activation, "mean": 0.1307, "std": 0.3081}
    )
    network = plain_network(found)
    assert network
    pads = [*drawings(np.random.default_rng(3))]
    images = np.stack([prepare(pad, paper="black").image for pad in pads])
    about = {
        "widths": list(network.widths),
        "activation": network.activation,
        "mean": network.mean,
        "std": network.std,
    }
    given = [about, coded(network.numbers), [coded(image) for image in images]]
    chances = np.array(script.evaluate(ANSWERS, given))
    wanted = predict(found, images)
    assert np.abs(chances - wanted).max() < 1e-4
    assert np.ptp(wanted.max(1)) > 0.05
