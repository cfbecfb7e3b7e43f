"""The Test page without a browser, on a run that was really trained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.words.dates import recent_moment
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.data import CATALOG
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=2, device="cpu", threads=1),
)


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> RunFolder:
    """A finished run, and one before it that never began."""
    store = RunStore(page_folder / "runs")
    store.create(CONFIG)
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


def test_a_run_is_tested_and_its_accuracy_is_that_of_its_history(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_page(app, trained)
    assert not page.exception
    assert not page.error
    info = next(run for run in RunStore(trained.path.parent).list() if run.id == trained.id)
    assert info.test_accuracy is not None
    right = round(info.test_accuracy * 360)
    assert metrics(page)["Test accuracy"] == (f"{right / 360 * 100:.2f} %", f"{right} of 360")
    assert metrics(page)["Mistakes"][0] == str(360 - right)


def test_the_list_of_runs_shows_name_state_and_accuracy_newest_first(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_page(app, trained)
    labels = page.selectbox(key="model-source").options
    assert labels[0].startswith(f"two *epochs* · {recent_moment(trained.meta['created'])} · ")
    assert labels[0].endswith(" %")
    assert "queued" in labels[1] or "lost" in labels[1]


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
    first.unlink()
    page.run()
    said = "The checkpoint that was chosen is gone, as a run keeps only some; this is its last."
    assert said in [caption.value for caption in page.caption]
    assert metrics(page)["Test loss"] == last


def test_a_link_to_a_run_that_does_not_exist_says_so(app: AppTest, trained: RunFolder) -> None:
    page = open_page(app, trained)
    page.session_state["run"] = "nosuch"
    page.run()
    assert page.error[0].value.startswith("There is no run nosuch in ")


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
    assert page.selectbox(key="mistakes-true").value is None


def test_the_figures_of_each_class_are_numbers_in_per_cent(
    app: AppTest, trained: RunFolder
) -> None:
    table = open_page(app, trained).dataframe[0].value
    assert list(table.columns) == ["class", "precision", "recall", "f1", "images"]
    assert table["precision"].between(1, 100).all()
    assert table["images"].sum() == 360


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
    other = next(run.id for run in RunStore(trained.path.parent).list() if run.id != trained.id)
    page = open_page(app, RunFolder(trained.path.parent / other))
    assert any("no checkpoint yet" in text.value for text in page.info)
