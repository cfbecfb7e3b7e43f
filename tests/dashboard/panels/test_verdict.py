"""Two groups of runs on the page: the sentence, the figures, the ranking."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mlcore.events import Finished
from mlcore.runs.library.groups import new_experiment, seeded
from tests.dashboard.train_page import CONFIG, EPOCH, STARTED, STEPS, record, sentences

SCRIPT = (
    "from dashboard import server\n"
    "from dashboard.panels import verdict\n"
    "verdict.draw(sorted(server.store().list(), key=lambda info: info.created))\n"
)


@pytest.fixture
def group(runs):
    """Make an experiment: its settings, and the accuracies of its runs."""

    def make(changes, accuracies, validation=0.9, again=False):
        name = None if again else new_experiment()
        configs = seeded(CONFIG.with_values(changes), len(accuracies))
        for config, accuracy in zip(configs, accuracies, strict=True):
            folder = runs.create(config, experiment=name)
            for event in (STARTED, STEPS, replace(EPOCH, validation_accuracy=validation)):
                record(folder, event)
            if accuracy is not None:
                record(
                    folder,
                    Finished(
                        step=39,
                        epoch=1,
                        test_loss=0.5,
                        test_accuracy=accuracy,
                        seconds=1.0,
                        early=False,
                    ),
                )
        return name

    return make


def drawn():
    app = AppTest.from_string(SCRIPT, default_timeout=30).run()
    assert not app.exception
    return app


def rows(app):
    """The cells of the table of groups."""
    body = app.get("html")[0].proto.body.partition("<tbody>")[2]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>")[:-1]]


def test_a_clear_difference_is_said_in_one_sentence(group):
    group({"optim.lr": 0.01}, (0.90, 0.91, 0.92))
    group({"optim.lr": 0.1}, (0.95, 0.96, 0.965))
    said = sentences(drawn()).replace("\\", "")
    assert "“lr 0.1 · 3 seeds” is better than “" in said
    assert "(paired t-test over 3 common seeds, p " in said
    assert "ranked by validation: whoever chooses by test accuracy has fitted" in said


def test_a_small_difference_cannot_be_told_apart(group):
    group({"optim.lr": 0.01}, (0.90, 0.94, 0.92))
    group({"optim.lr": 0.1}, (0.93, 0.91, 0.93))
    assert "cannot be told apart with this much data" in sentences(drawn())


def test_groups_are_ranked_by_validation_and_not_by_test(group):
    group({"optim.lr": 0.01}, (0.90, 0.91), validation=0.97)
    group({"optim.lr": 0.1}, (0.99, 0.98), validation=0.96)
    first, second = rows(drawn())
    assert first[1:] == ["2/2", "97.00\xa0±\xa00.00\xa0%", "90.50\xa0±\xa00.71\xa0%"]
    assert second[1:] == ["2/2", "96.00\xa0±\xa00.00\xa0%", "98.50\xa0±\xa00.71\xa0%"]


def test_a_run_beside_its_repetition_is_one_run(group):
    group({"optim.lr": 0.1}, (0.98,), again=True)
    group({"optim.lr": 0.1}, (0.99,), again=True)
    group({"optim.lr": 0.1}, (None,), again=True)
    app = drawn()
    ((name, *cells),) = rows(app)
    assert "seeds" not in name
    assert cells == ["1/1", "90.00\xa0%", "99.00\xa0%"]
    said = sentences(app)
    assert "2 runs repeat a seed with the same settings and are left out" in said


def test_a_repetition_changes_no_verdict(group):
    group({"optim.lr": 0.01}, (0.90, 0.91, 0.92), again=True)
    group({"optim.lr": 0.1}, (0.95, 0.96, 0.965))
    before = sentences(drawn())
    group({"optim.lr": 0.01}, (0.90,), again=True)
    after = sentences(drawn())
    assert "is worse than" in before or "is better than" in before
    verdict = next(line for line in before.splitlines() if "than" in line and "95" in line)
    assert verdict in after
    assert "1 run repeats a seed" in after
    assert "repeat" not in before


def test_a_group_without_a_finished_run_has_no_verdict_yet(group):
    group({"optim.lr": 0.01}, (0.90, 0.91))
    group({"optim.lr": 0.1}, (None, None))
    assert "A group has no finished run yet" in sentences(drawn())


def test_two_of_three_groups_are_chosen(group):
    for lr, accuracy in ((0.01, 0.8), (0.02, 0.9), (0.03, 0.7)):
        group({"optim.lr": lr}, (accuracy, accuracy + 0.01, accuracy + 0.015))
    app = drawn()
    first, second = app.selectbox
    assert (first.label, second.label) == ("Compare", "With")
    second.set_value(first.value).run()
    assert "95 %" not in sentences(app)


def test_all_runs_can_be_one_group(group):
    group({"optim.lr": 0.01}, (0.90, 0.91))
    group({"optim.lr": 0.1}, (0.95,))
    app = drawn()
    app.toggle(key="verdict-as-one").set_value(True).run()
    ((_name, finished, *_figures),) = rows(app)
    assert finished == "3/3"
