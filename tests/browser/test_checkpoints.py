"""Models leave the app and come back, in a real browser, on the bundled digits."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import onnxruntime
import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from torch import nn

from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.browser.server import wait_settled

pytestmark = pytest.mark.browser

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=3, device="cpu", threads=1),
)
ADDRESS = "data.name=digits&train.epochs=2&train.device=cpu&train.threads=1"


@pytest.fixture
def trained(tmp_path: Path) -> RunFolder:
    """A finished run in the runs folder of the app."""
    folder = RunStore(tmp_path / "app" / "runs").create(CONFIG, name="digits try")
    execute(folder)
    return folder


def figures(page: Page) -> list[str]:
    """Accuracy, loss and mistakes as the Test page shows them, once it does."""
    shown = page.locator(".st-key-figures [data-testid=stMetric]")
    expect(shown).to_have_count(3, timeout=60_000)  # the first waits for torch to be imported
    return shown.all_inner_texts()


def chosen(page: Page, key: str) -> Locator:
    """The choice in a list, as the value of its text field."""
    return page.locator(f".st-key-{key}").get_by_role("combobox")


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect(
        page.get_by_test_id("stMain").get_by_role("heading", name=name, exact=True)
    ).to_be_visible()


def save_as(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.locator(f".st-key-{button} button:visible").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def save_other(page: Page, form: str, stem: str, folder: Path) -> Path:
    """Save one of the forms that stand under More."""
    page.locator(f".st-key-more-{stem} button:visible").first.click()
    path = save_as(page, f"{form}-{stem}", folder)
    page.keyboard.press("Escape")
    return path


@contextmanager
def no_rerun(page: Page) -> Iterator[None]:
    """Within the block no script of the app runs but for looks that it takes by itself."""
    asked: list[BackMsg] = []
    page.on(
        "websocket", lambda socket: socket.on("framesent", lambda sent: asked.append(read(sent)))
    )

    def read(sent: str | bytes) -> BackMsg:
        assert isinstance(sent, bytes)
        return BackMsg.FromString(sent)

    page.reload()  # a socket is heard from its opening on
    wait_settled(page)
    assert any(message.HasField("rerun_script") for message in asked)
    asked.clear()
    yield
    assert not [
        message
        for message in asked
        if message.HasField("rerun_script") and not message.rerun_script.is_auto_rerun
    ]


def bring_in(page: Page, path: Path) -> None:
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    place = page.get_by_test_id("stMain").locator("input[type=file]")
    expect(place).to_have_count(1)  # while the page is drawn, the old one stays
    place.set_input_files(path)


def expect_inspected(page: Page, name: str) -> None:
    expect(page.locator(".st-key-inspection").get_by_text(name, exact=True)).to_be_visible()


def state_normalisation(page: Page) -> None:
    """Say of a file that does not say it what the app trained its model with."""
    for name, value in (("mean", CONFIG.data.mean), ("std", CONFIG.data.std)):
        field = page.locator(f"[class*=st-key-assume-{name}] input:visible").last
        field.fill(f"{value}")
        field.press("Enter")
        expect(field).to_have_value(f"{value}")


def figures_of_upload(page: Page, settled: Callable[[Page], None]) -> list[str]:
    settled(page)
    page.locator(".st-key-test-upload button:visible").click()
    expect(chosen(page, "model-source")).to_have_value(re.compile("^Uploaded file "))
    return figures(page)


def legacy_file(weights: Path) -> Path:
    """The same weights as torch wrote them before 1.6, by plain torch alone."""
    path = weights.with_name("legacy.pth")
    torch.save(torch.load(weights, weights_only=True), path, _use_new_zipfile_serialization=False)
    return path


def test_a_model_that_was_downloaded_and_uploaded_again_is_as_good_to_the_last_digit(
    app, page, settled, trained, tmp_path
):
    last = trained.last_checkpoint().stem
    page.goto(f"{app().url}/test?{ADDRESS}&run={trained.id}")
    before = figures(page)
    assert re.search(r"\d\d\.\d\d %\s+\d+ of 360", before[0])

    go_to(page, "Checkpoints")
    settled(page)
    with no_rerun(page):
        full = save_as(page, f"full-{last}", tmp_path)
        weights = save_as(page, f"weights-{last}", tmp_path)
        safetensors, onnx, program = (
            save_other(page, form, last, tmp_path) for form in ("safetensors", "onnx", "pt2")
        )
    assert full.name == "digits-try-epoch-3-step-117.pt"
    assert full.read_bytes() == trained.last_checkpoint().read_bytes()
    assert weights.name == "digits-try-epoch-3-step-117-weights.pt"
    assert "fc1.weight" in torch.load(weights, weights_only=True)
    images = torch.rand(3, 1, 28, 28)
    session = onnxruntime.InferenceSession(onnx.read_bytes())
    (outcome,) = session.run(None, {"images": images.numpy()})
    torch.testing.assert_close(
        torch.from_numpy(outcome), torch.export.load(program).module()(images), rtol=0, atol=1e-4
    )

    for file in (full, safetensors, weights, legacy_file(weights)):
        bring_in(page, file)
        expect_inspected(page, file.name)
        resume = page.locator(".st-key-resume-upload button:visible")
        expect(resume).to_be_enabled()
        expect(resume).to_contain_text("Resume" if file == full else "Train its weights")
        if file not in (full, safetensors):  # weights alone: else what fits them best is assumed
            state_normalisation(page)
        assert figures_of_upload(page, settled) == before, file.name
        go_to(page, "Checkpoints")


def tutorial_file(path: Path) -> Path:
    """What PyTorch's tutorial on saving leaves, made by plain torch alone."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10), nn.LogSoftmax(dim=1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
    loss = nn.NLLLoss()(model(torch.randn(8, 784)), torch.arange(8))
    loss.backward()
    optimizer.step()
    torch.save(
        {
            "epoch": 4,
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "loss": loss,
        },
        path,
    )
    return path


def test_the_tutorials_file_is_looked_into_tested_and_resumed(app, page, settled, tmp_path):
    server = app()
    page.goto(f"{server.url}/checkpoints?{ADDRESS}")
    bring_in(page, tutorial_file(tmp_path / "tutorial.tar"))
    expect_inspected(page, "tutorial.tar")
    facts = page.locator(".st-key-inspection")
    expect(facts).to_contain_text("784 → 32 → 10")
    expect(facts).to_contain_text("SGD")
    assert re.search(r"\d+\.\d\d %", figures_of_upload(page, settled)[0])

    go_to(page, "Checkpoints")
    settled(page)
    page.locator(".st-key-resume-upload button:visible").click()
    expect(page.locator(".st-key-standing")).to_contain_text("Finished")
    (run,) = RunStore(server.runs).list()
    assert (run.state, run.epoch, run.config.model.hidden) == ("finished", 4 + 2, (32,))


class Evil:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return (Path.touch, (self.target,))


def test_bad_files_are_a_sentence_each_and_run_nothing(app, page, settled, trained, tmp_path):
    target = tmp_path / "executed"
    noise = tmp_path / "noise.pt"
    noise.write_bytes(bytes(range(256)) * 40)
    evil = tmp_path / "<img src=x onerror=alert(1)>.pt"
    evil.write_bytes(pickle.dumps(Evil(target), protocol=2))
    torch.save({"model_state_dict": Evil(target)}, tmp_path / "evil.pth")
    good = trained.last_checkpoint()

    page.goto(f"{app().url}/checkpoints?{ADDRESS}&run={trained.id}")
    bring_in(page, good)
    expect_inspected(page, good.name)
    alert = page.get_by_test_id("stMain").get_by_test_id("stAlert")
    for bad in (noise, evil, tmp_path / "evil.pth"):
        bring_in(page, bad)
        expect(alert).to_have_count(1)
        expect(alert).to_contain_text(bad.name)
        expect_inspected(page, good.name)
    assert not target.exists()
    assert "%" in figures_of_upload(page, settled)[0]


def test_a_click_on_the_confusion_matrix_shows_the_mistakes_in_that_cell(
    app, page, settled, trained
):
    page.goto(f"{app().url}/test?{ADDRESS}&run={trained.id}")
    figures(page)
    chart = page.locator(".st-key-confusion .js-plotly-plot")
    chart.wait_for()
    settled(page)
    true, predicted, count = page.evaluate(
        """() => {
            const cells = document.querySelector('.st-key-confusion .js-plotly-plot').data[1].z;
            let best = [0, 0, -1];
            cells.forEach((row, i) => row.forEach((z, j) => {
                if (z !== null && z > best[2]) best = [i, j, z];
            }));
            return [best[0], best[1], Math.round(best[2] ** 2)];
        }"""
    )
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").bounding_box()
    page.mouse.move(
        box["x"] + box["width"] * (predicted + 0.5) / 10,
        box["y"] + box["height"] * (true + 0.5) / 10,
        steps=3,
    )
    expect(chart.locator(".hoverlayer")).to_contain_text(
        re.compile(rf"an? {true} mistaken for an? {predicted}: {count} of")
    )
    page.mouse.down()
    page.mouse.up()
    expect(chosen(page, "mistakes-true")).to_have_value(str(true))
    expect(chosen(page, "mistakes-predicted")).to_have_value(str(predicted))
    expect(page.locator(".cards a")).to_have_count(min(count, 24))
    expect(page.locator(".cards a").first).to_contain_text(
        re.compile(rf"is an? {true}\s*{predicted}")
    )
