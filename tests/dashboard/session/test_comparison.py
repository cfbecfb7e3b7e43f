"""Which runs are drawn beside the shown one, and forks on the Train page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import server
from dashboard.charts.other_runs import COLORS
from dashboard.session.comparison import MOST_OTHERS
from dashboard.words.dates import recent_moment
from mlcore.config import DataConfig, RunConfig, TrainConfig
from mlcore.events import Started, StepsDone, Stopped
from mlcore.runs import Recorder, RunFolder, RunStore
from mlcore.runs.library.label import read_label, set_tags
from mlcore.runs.record.folder import checkpoint_name

CONFIG = RunConfig(data=DataConfig(name="digits"), train=TrainConfig(epochs=2))
STARTED = Started(
    step=0,
    epoch=0,
    steps_per_epoch=39,
    epochs=2,
    device="cpu",
    threads=1,
    parameters=10,
    train_images=1_237,
    validation_images=0,
)


@pytest.fixture
def store(page_folder: Path) -> Iterator[RunStore]:
    yield RunStore(page_folder / "runs")
    for info in RunStore(page_folder / "runs").list():
        info.path.rename(page_folder / f"done-{info.id}")


@pytest.fixture
def run(store: RunStore) -> Callable[..., RunFolder]:
    """Make a run that did two steps and was stopped."""

    def make(name: str, parent: str | None = None) -> RunFolder:
        folder = store.create(CONFIG, name=name, parent=parent)
        with Recorder(folder) as recorder:
            recorder.record(STARTED)
            recorder.record(StepsDone(first=1, losses=(2.0, 1.5), epoch=1))
            recorder.record(Stopped(step=2, epoch=0))
        (folder.checkpoints_path / checkpoint_name(2)).write_bytes(b"")
        return folder

    return make


def opened(app: AppTest, shown: RunFolder, **parameters: str) -> AppTest:
    app.query_params["run"] = shown.id
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def beside(app: AppTest) -> list[str]:
    return list(chooser(app).value)


def chooser(app: AppTest):
    return next(widget for widget in app.multiselect if widget.key.startswith("compare-"))


def test_a_fork_is_drawn_over_its_parent_until_another_choice(app, run, address):
    parent = run("parent")
    fork = run("fork", parent.id)
    opened(app, fork)
    assert beside(app) == [parent.id]
    assert address(app, "with") is None
    assert "Branched off from parent" in " ".join(text.value for text in app.markdown)
    chooser(app).set_value([]).run()
    assert beside(app) == []
    assert address(app, "with") == "none"


def test_the_address_names_the_runs_that_were_chosen(app, run, address):
    first, second, shown = run("first"), run("second"), run("shown")
    opened(app, shown)
    assert beside(app) == []
    chooser(app).set_value([first.id, second.id]).run()
    assert address(app, "with") == f"{first.id},{second.id}"
    assert not app.exception


def test_an_address_brings_its_runs_and_names_those_that_do_not_exist(app, run, address):
    other, shown = run("other"), run("shown")
    opened(app, shown, **{"with": f"{other.id},20200101-000000-gone,{shown.id}"})
    assert beside(app) == [other.id]
    assert "20200101" in " ".join(caption.value for caption in app.caption)


def test_a_run_alone_has_nobody_to_be_compared_with(app, run):
    opened(app, run("alone"))
    assert not [widget for widget in app.multiselect if widget.key.startswith("compare-")]


def test_the_form_of_a_branch_offers_the_beginning_and_each_checkpoint(app, run, monkeypatch):
    started = []
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run",
        lambda _, config, **more: started.append((config, more)) or shown.id,
    )
    shown = run("shown")
    opened(app, shown)
    choice = app.selectbox(key=f"branch-from-{shown.id}")
    last = "The last checkpoint"
    assert choice.options == [last, "The same initial weights", "Step 2, in epoch 1"]
    assert choice.value == last
    app.button(key="branch-start").click().run()
    ((config, more),) = started
    assert more == {
        "checkpoint": shown.checkpoints_path / checkpoint_name(2),
        "parent": shown.id,
        "track": (),
    }
    assert config.data == CONFIG.data


def test_a_parent_can_be_shown_with_a_click(app, run):
    parent = run("parent")
    opened(app, run("fork", parent.id))
    app.button(key="show-parent").click().run()
    assert app.selectbox(key="run-choice").value == parent.id
    assert server.runs_root() == parent.path.parent


def test_tags_and_a_note_are_given_on_the_page(app, run):
    shown, other = run("shown"), run("other")
    set_tags(other, ["old"])
    opened(app, shown)
    tags = app.multiselect(key=f"tags-{shown.id}")
    assert tags.options == ["old"]
    tags.set_value(["old", "new"]).run()
    app.text_area(key=f"note-{shown.id}").set_value("look *here* <b>").run()
    assert not app.exception
    assert read_label(shown).tags == ("old", "new")
    assert read_label(shown).note == "look *here* <b>"
    line = next(text.value for text in app.markdown if "gray-badge[new]" in text.value)
    assert r"\*here\* \<b\>" in line
    labels = app.selectbox(key="run-choice").options
    when = recent_moment(other.meta["created"])
    assert [label for label in labels if "#old" in label] == [f"other · {when} · stopped · #old"]


def test_a_tag_that_is_no_word_is_a_sentence_and_goes_again(app, run):
    shown = run("shown")
    opened(app, shown)
    app.multiselect(key=f"tags-{shown.id}").set_value(["two words"]).run()
    assert "A tag must be a word" in app.error[0].value
    assert app.multiselect(key=f"tags-{shown.id}").value == []
    assert read_label(shown).tags == ()


def test_the_chart_has_a_colour_for_each_run_that_can_be_compared():
    assert len(set(COLORS)) == MOST_OTHERS
