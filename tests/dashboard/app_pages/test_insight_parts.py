"""The parts of the Test page that look into a model, without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.panels import last_layer
from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    model=ModelConfig(hidden=(16, 12)),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=2, device="cpu", threads=1),
)


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> RunFolder:
    folder = RunStore(page_folder / "runs").create(CONFIG)
    execute(folder)
    return folder


def open_part(app: AppTest, run: RunFolder, part: str, **address: str) -> AppTest:
    app.query_params["run"] = run.id
    app.query_params["part"] = part
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    page = app.switch_page("app_pages/test.py").run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    texts = (*page.header, *page.subheader, *page.markdown, *page.caption, *page.error, *page.info)
    return "\n".join(text.value for text in texts).replace("\\", "")  # not as Markdown


def table(page: AppTest, column: str) -> list[str]:
    """A column of the only table that has it."""
    (found,) = [frame.value for frame in page.dataframe if column in frame.value]
    return [str(value) for value in found[column]]


def test_an_image_is_opened_from_its_address(app: AppTest, trained: RunFolder) -> None:
    page = open_part(app, trained, "image", image="7")
    assert page.text_input(key="test-image").value == "7"
    assert re.search(r"It is an? \d, (and|but) the model says", said(page))
    assert "Nearest training images" in [header.value for header in page.header]
    assert page.button(key="image-before").disabled is False


def test_images_are_gone_through_one_by_one(app: AppTest, trained: RunFolder, address) -> None:
    page = open_part(app, trained, "image", image="358")
    page.button(key="image-after").click().run()
    assert address(page, "image") == "359"
    assert page.button(key="image-after").disabled
    page.text_input(key="test-image").set_value("0").run()
    assert address(page, "image") == "0"
    assert page.button(key="image-before").disabled


@pytest.mark.parametrize("text", ["360", "-1", "seven", "9" * 30, "**7**"])
def test_an_image_that_is_not_there_is_one_sentence(
    app: AppTest, trained: RunFolder, text: str
) -> None:
    page = open_part(app, trained, "image", image=text)
    (error,) = page.error
    assert error.value.startswith("There is no test image ")
    assert error.value.endswith("has images 0 to 359.")
    assert page.text_input(key="test-image").value.isdigit()


def test_a_units_sum_is_the_number_shown(app: AppTest, trained: RunFolder, address) -> None:
    page = open_part(app, trained, "image", image="7", unit="2.5")
    assert "**fc2 · unit 5**" in said(page)
    what, texts = table(page, "what"), table(page, "product")
    products = [float(text.replace("−", "-")) for text in texts]
    assert what[-2:] == ["bias", "sum"]
    assert what[-3] == "6 more"
    assert sum(products[:-1]) == pytest.approx(products[-1], abs=1e-3)  # four digits each
    assert f"The sum is {texts[-1]}." in said(page)
    page.selectbox(key="network-layer").select(1).run()
    assert address(page, "unit") == "1.0"
    page.text_input(key="network-unit").set_value("15").run()
    assert address(page, "unit") == "1.15"
    assert table(page, "what")[0].startswith("row ")


@pytest.mark.parametrize("unit", ["9.9", "x", "1.16", "0.0", "1.-1", ""])
def test_a_unit_that_is_not_there_is_that_of_the_answer(
    app: AppTest, trained: RunFolder, unit: str
) -> None:
    page = open_part(app, trained, "image", image="7", unit=unit)
    assert re.search(r"\*\*fc3 · class \d\*\*", said(page))


def test_what_was_learned_is_told_in_numbers(app: AppTest, trained: RunFolder) -> None:
    page = open_part(app, trained, "learned")
    assert "16 of 16 units" in said(page)
    assert table(page, "Dead")
    assert table(page, "Weights")
    assert "Principal components of the first 360 test images" in said(page)


def test_without_sklearn_the_page_says_what_to_install(
    app: AppTest, trained: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    page = open_part(app, trained, "learned")
    assert "t-SNE needs scikit-learn: install it with `pip install scikit-learn`." in said(page)
    assert page.button(key="make-tsne").disabled


def test_tsne_comes_on_demand_and_goes_again(app: AppTest, trained: RunFolder) -> None:
    page = open_part(app, trained, "learned")
    page.button(key="make-tsne").click().run()
    while last_layer.JOB in page.session_state:
        page.run()
    page.run()
    assert "t-SNE of the first 360 test images" in said(page)
    page.button(key="drop-tsne").click().run()
    assert "Principal components" in said(page)


def test_the_film_has_the_untrained_network_and_every_epoch(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_part(app, trained, "epochs")
    assert table(page, "Checkpoint") == [
        "Epoch 0 · step 0",
        "Epoch 1 · step 39",
        "Epoch 2 · step 78",
    ]
    info = next(run for run in RunStore(trained.path.parent).list() if run.id == trained.id)
    assert info.test_accuracy is not None
    assert table(page, "Test accuracy")[-1] == f"{100 * info.test_accuracy:.2f} %"


def test_a_run_from_before_has_a_film_without_the_untrained_network(
    app: AppTest, page_folder: Path
) -> None:
    folder = RunStore(page_folder / "runs").create(CONFIG)
    execute(folder)
    folder.checkpoints()[0].unlink()
    page = open_part(app, folder, "epochs")
    assert table(page, "Checkpoint") == ["Epoch 1 · step 39", "Epoch 2 · step 78"]
