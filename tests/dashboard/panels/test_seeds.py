"""Several seeds of the same settings: started beside Train, shown as one experiment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlcore.events import Finished
from mlcore.runs.library.groups import new_experiment, seeded
from tests.dashboard.train_page import CONFIG, EPOCH, STARTED, STEPS, opened, record, sentences


@pytest.fixture
def experiment(runs):
    """Three runs of one experiment, two of which have finished."""
    name = new_experiment()
    for config, accuracy in zip(seeded(CONFIG, 3), (0.9, 0.94, None), strict=True):
        folder = runs.create(config, experiment=name)
        record(folder, STARTED)
        record(folder, STEPS)
        record(folder, replace(EPOCH, validation_accuracy=accuracy or 0.5))
        if accuracy is not None:
            record(
                folder,
                Finished(
                    step=39, epoch=1, test_loss=0.5, test_accuracy=accuracy, seconds=1, early=False
                ),
            )
    return name


def test_one_click_starts_an_experiment_and_shows_its_first_run(runs, monkeypatch, address):
    asked = []

    def start(_jobs, config, seeds, **_options):
        asked.append((config, seeds))
        return tuple(runs.create(one, experiment="x1").id for one in seeded(config, seeds))

    monkeypatch.setattr("mlcore.jobs.Jobs.start_experiment", start)
    app = opened()
    app.button(key="train-seeds").click().run()
    assert not app.exception
    ((config, seeds),) = asked
    assert seeds == 5
    assert config.data.name == "digits"
    first = min(runs.list(), key=lambda info: info.config.train.seed)
    assert address(app, "run") == first.id


def test_the_number_of_seeds_is_typed_and_said(runs, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_experiment",
        lambda _, config, seeds, **_options: asked.append(seeds) or (runs.create(config).id,),
    )
    app = opened()
    assert app.button(key="train-seeds").label == "Train 5 runs"
    app.text_input(key="seed-count").set_value("3").run()
    assert app.button(key="train-seeds").label == "Train 3 runs"
    assert "Seeds 0 to 2." in sentences(app)
    app.text_input(key="seed-count").set_value("many").run()
    app.button(key="train-seeds").click().run()
    assert asked == []
    app.text_input(key="seed-count").set_value("3").run()
    app.button(key="train-seeds").click().run()
    assert asked == [3]


def test_an_experiment_shows_mean_sd_and_n(experiment):
    app = opened()
    assert "2 of 3 runs finished · seeds 0, 1, 2" in sentences(app)
    cards = {(one.label, one.delta): one.value for one in app.main.metric}
    assert cards["Validation accuracy", "n = 2"] == "92.00 ± 2.83 %"
    assert cards["Test accuracy", "n = 2"] == "92.00 ± 2.83 %"


def test_a_run_of_no_experiment_shows_no_group(made):
    made(STARTED, STEPS, EPOCH)
    assert "runs finished" not in sentences(opened())
