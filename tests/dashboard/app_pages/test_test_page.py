"""The Test page without a browser, on a run that was really trained."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.words.dates import recent_moment
from dashboard.words.intervals import accuracy_range, what_means_something
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.data import CATALOG
from mlcore.insight.ranking import RANKINGS
from mlcore.presets import PRESETS, SPARE_PRESET
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.record.worker import WorkerRecord, write_worker
from tests.dashboard.train_page import STARTED, record

Address = Callable[[AppTest, str], str | None]
CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=2, device="cpu", threads=1),
)


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> RunFolder:
    """A finished run, and one before it whose process was lost before its first step."""
    store = RunStore(page_folder / "runs")
    lost = store.create(CONFIG, name="cut off")
    record(lost, STARTED)
    write_worker(lost.path, replace(WorkerRecord.mine(), identity="another"))
    folder = store.create(CONFIG, name="two *epochs*")
    execute(folder)
    return folder


def open_page(app: AppTest, run: RunFolder | None = None) -> AppTest:
    if run is not None:
        app.query_params["run"] = run.id
    app.run()
    return app.switch_page("app_pages/test.py").run()


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def test_without_runs_the_page_says_what_to_do(app: AppTest) -> None:
    page = open_page(app)
    assert not page.exception
    assert any("Nothing is trained yet" in text.value for text in page.markdown)


@pytest.mark.parametrize(
    ("page", "usable"), [("test", True), ("draw", True), ("runs", True), ("run", False)]
)
def test_without_runs_a_model_is_trained_where_it_is_missing(
    app: AppTest, runs: RunStore, monkeypatch: pytest.MonkeyPatch, page: str, *, usable: bool
) -> None:
    started = []

    def start(_: object, config: RunConfig, **_more: object) -> str:
        started.append(config)
        return runs.create(config).id

    monkeypatch.setattr("mlcore.jobs.Jobs.start_run", start)
    monkeypatch.setattr("dashboard.panels.invitation.usable", lambda _data: usable)
    app.run()
    shown = app.switch_page(f"app_pages/{page}.py").run()
    shown.text_input(key="train.epochs").set_value("7")  # and a click without Enter
    shown.button(key="train-here").click().run()
    assert not shown.exception
    (config,) = started
    assert config.data.name == "digits"
    assert not usable or config.train.epochs == 7
    assert (config == PRESETS[SPARE_PRESET]) != usable  # else the settings of the sidebar
    assert not any("Nothing is trained yet" in text.value for text in shown.markdown)


def test_a_run_is_tested_and_its_accuracy_is_that_of_its_history(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_page(app, trained)
    assert not page.exception
    assert not page.error
    info = next(run for run in RunStore(trained.path.parent).list() if run.id == trained.id)
    assert info.test_accuracy is not None
    right = round(info.test_accuracy * 360)
    value, note = metrics(page)["Test accuracy"]
    assert value == f"{right / 360 * 100:.2f} %"
    assert (
        note.replace("\N{NO-BREAK SPACE}", " ") == f"{right} of 360 · {accuracy_range(right, 360)}"
    )
    assert what_means_something(right, 360).replace("(", "\\(").split("\\")[0] in captions(page)
    assert metrics(page)["Mistakes"][0] == str(360 - right)


def test_the_list_of_runs_shows_name_state_and_accuracy_newest_first(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_page(app, trained)
    labels = page.selectbox(key="model-source").options
    assert labels[0].startswith(f"two *epochs* · {recent_moment(trained.meta['created'])} · ")
    assert re.search(r" · \d+\.\d\d % \(\d+\.\d\d to \d+\.\d\d %\)$", labels[0])
    assert labels[1].endswith(" · lost")


def test_checkpoints_are_offered_latest_first_and_another_can_be_tested(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_page(app, trained)
    choice = page.selectbox(key=f"model-checkpoint-{trained.id}")
    assert choice.options[0].endswith("last)")
    last = metrics(page)["Test loss"]
    choice.select(trained.checkpoints()[0].name).run()
    assert not page.error
    assert metrics(page)["Test loss"] != last


def test_a_chosen_checkpoint_that_is_thinned_out_is_not_another_one_without_a_word(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_page(app, trained)
    last = metrics(page)["Test loss"]
    first = trained.checkpoints()[0]
    page.selectbox(key=f"model-checkpoint-{trained.id}").select(first.name).run()
    content = first.read_bytes()
    first.unlink()
    page.run()
    first.write_bytes(content)
    said = "The checkpoint that was chosen is gone, as a run keeps only some; this is its last."
    assert said in [caption.value for caption in page.caption]
    assert metrics(page)["Test loss"] == last


def test_a_link_to_a_run_that_does_not_exist_says_so(app: AppTest, trained: RunFolder) -> None:
    page = open_page(app, trained)
    page.session_state["run"] = "nosuch"
    page.run()
    assert page.error[0].value.startswith("There is no run nosuch in ")


def captions(page: AppTest) -> str:
    return "\n".join(text.value for text in page.caption)


def counted(page: AppTest) -> str:
    """How many mistakes are shown: "24 of 31 mistakes"."""
    return next(text.value for text in page.caption if re.search(r" of \d+ mistakes?$", text.value))


def test_mistakes_can_be_narrowed_by_class(app: AppTest, trained: RunFolder) -> None:
    page = open_page(app, trained)
    everything = counted(page)
    page.selectbox(key="mistakes-true").select(8).run()
    assert counted(page) != everything
    page.selectbox(key="mistakes-predicted").select(8).run()
    assert [text.value for text in page.info] == ["8 mistaken for 8 is no mistake\\."]
    page.button(key="all-mistakes").click().run()
    assert page.selectbox(key="mistakes-true").value == -1


def test_the_figures_of_each_class_are_numbers_in_per_cent(
    app: AppTest, trained: RunFolder
) -> None:
    app.query_params["part"] = "classes"
    table = open_page(app, trained).dataframe[0].value
    assert list(table.columns) == [
        *("class", "precision", "recall", "f1", "images", "roc_auc", "average_precision"),
    ]
    assert table["precision"].between(1, 100).all()
    assert table["roc_auc"].between(0.5, 1).all()
    assert table["images"].sum() == 360


def test_a_link_to_a_cell_shows_it_and_the_address_follows(
    app: AppTest, trained: RunFolder, address: Address
) -> None:
    app.query_params["cell"] = "8-"
    page = open_page(app, trained)
    assert page.selectbox(key="mistakes-true").value == 8
    assert page.selectbox(key="mistakes-predicted").value == -1
    page.selectbox(key="mistakes-predicted").select(3).run()
    assert address(page, "cell") == "8-3"
    page.button(key="all-mistakes").click().run()
    assert address(page, "cell") is None


@pytest.mark.parametrize("cell", ["", "5", "5-10", "x-y", "-1-2", "5-3-1", "9999999-"])
def test_a_cell_that_there_is_not_is_none(app: AppTest, trained: RunFolder, cell: str) -> None:
    app.query_params["cell"] = cell
    page = open_page(app, trained)
    assert not page.exception
    assert not page.error
    assert page.selectbox(key="mistakes-true").value == -1


@pytest.mark.parametrize("order", RANKINGS)
def test_images_come_in_each_order_and_lead_to_their_own_page(
    app: AppTest, trained: RunFolder, order: str
) -> None:
    app.query_params["order"] = order
    page = open_page(app, trained)
    assert page.selectbox(key="mistakes-order").value == order
    (grid,) = [one.proto.body for one in page.get("html") if "class='cards'" in one.proto.body]
    links = re.findall(r"href='([^']+)'", grid)
    assert len(links) >= 5
    for link in links:
        assert re.search(r"part=image&amp;image=\d+$", link), link
        assert f"run={trained.id}" in link


def test_parts_are_chosen_and_stand_in_the_address(
    app: AppTest, trained: RunFolder, address: Address
) -> None:
    page = open_page(app, trained)
    assert address(page, "part") is None
    page.button_group(key="test-part").set_value("sure").run()
    assert not page.exception
    assert not page.error
    assert address(page, "part") == "sure"
    assert address(page, "run") == trained.id
    assert "Expected calibration error" in captions(page)
    assert "fitted on 200 validation images" in captions(page)
    page.slider(key="threshold").set_value(100).run()
    assert any("answers" in text.value or "nowhere" in text.value for text in page.markdown)
    page.button_group(key="test-part").set_value("mistakes").run()
    assert address(page, "part") is None


def test_a_link_opens_a_part_and_an_unknown_one_the_first(
    app: AppTest, trained: RunFolder, address: Address
) -> None:
    app.query_params["part"] = "sure"
    assert "Expected calibration error" in captions(open_page(app, trained))
    app.session_state["places"] = {"part": "nosuch"}
    app.run()
    assert app.selectbox(key="mistakes-true").value == -1
    assert address(app, "part") is None


def test_two_checkpoints_are_compared(app: AppTest, trained: RunFolder, address: Address) -> None:
    app.query_params["part"] = "compare"
    page = open_page(app, trained)
    assert not page.exception
    assert not page.error
    shown = metrics(page)
    assert shown["First"][1].startswith("95 %: ")
    assert shown["First"][0] != shown["Second"][0]
    said = " ".join(text.value for text in page.markdown)
    assert "The first alone is right on " in said
    assert page.selectbox(key="second-run").value == trained.id


def test_an_uploaded_file_is_compared_with_a_run_as_first_and_as_second(
    app: AppTest, trained: RunFolder, address: Address
) -> None:
    app.query_params |= {"part": "compare", "run": trained.id}
    app.run()
    page = app.switch_page("app_pages/checkpoints.py").run()
    content = trained.checkpoints()[0].read_bytes()
    page.file_uploader[0].set_value(("untrained.pt", content, "application/octet-stream")).run()
    page = app.switch_page("app_pages/test.py").run()
    assert not page.exception
    upload = metrics(page)["First"]
    assert page.selectbox(key="model-source").value == "upload"
    assert page.selectbox(key="second-run").value == trained.id
    assert "upload" not in page.selectbox(key="second-run").options
    page.selectbox(key="model-source").set_value(trained.id).run()
    page.selectbox(key="second-run").set_value("upload").run()
    assert not page.exception
    assert metrics(page)["Second"] == upload != metrics(page)["First"]
    assert address(page, "other") == "upload"
    with pytest.raises(KeyError):
        page.selectbox(key=f"second-checkpoint-{trained.id}")


def test_the_chapter_of_an_uploaded_file_has_the_settings_that_it_carries(
    app: AppTest, page_folder: Path
) -> None:
    config = RunConfig(
        data=DataConfig(name="digits", validation=200),
        train=TrainConfig(epochs=1, loss="cross_entropy"),
    )
    folder = RunStore(page_folder / "runs").create(config)
    execute(folder)
    content = folder.checkpoints()[0].read_bytes()
    page = app.run().switch_page("app_pages/checkpoints.py").run()
    page.file_uploader[0].set_value(("own.pt", content, "application/octet-stream")).run()
    app.query_params["how"] = "testing"
    page = app.switch_page("app_pages/test.py").run()
    assert page.selectbox(key="model-source").value == "upload"
    codes = [str(one.proto) for one in page.main.get("bidi_component")]
    assert any("cross_entropy" in code for code in codes)
    assert not any("nll_loss" in code for code in codes)


def test_a_sidebar_on_another_data_set_is_reported(app: AppTest, trained: RunFolder) -> None:
    app.query_params["data.name"] = "mnist"
    page = open_page(app, trained)
    assert [text.value for text in page.warning] == [
        f"The sidebar is set to MNIST, but this model is tested on {CATALOG['digits'].title}, "
        "which it was trained on."
    ]


def test_a_data_set_that_is_not_there_is_a_sentence_with_a_way_out(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_page(app, trained)
    page.selectbox(key=f"test-data-{trained.id}").select("kmnist").run()
    assert not page.exception
    assert len(page.warning) == 1
    assert "Test accuracy" not in metrics(page)


def test_a_run_without_checkpoints_says_when_there_will_be_one(
    app: AppTest, trained: RunFolder
) -> None:
    lost = next(run for run in RunStore(trained.path.parent).list() if run.name == "cut off")
    page = open_page(app, RunFolder(lost.path))
    assert any("no checkpoint yet" in text.value for text in page.info)
