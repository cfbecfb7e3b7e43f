"""Runs that differ only in the seed are one group."""

import json
import re

import pytest

from mlcore.config import RunConfig
from mlcore.errors import RunError, SettingsError
from mlcore.events import Finished
from mlcore.runs.library.groups import (
    alike,
    average,
    experiment_of,
    experiments,
    find_experiment,
    group_of,
    new_experiment,
    seeded,
)

CONFIG = RunConfig().with_values({"train.seed": 3})


@pytest.fixture
def experiment(store, record, started):
    """Three runs of one experiment; the last seed has not finished."""
    name = new_experiment()
    for config, accuracy in zip(seeded(CONFIG, 3), (0.9, 0.94, None), strict=True):
        folder = store.create(config, experiment=name)
        if accuracy is not None:
            finished = Finished(
                step=1, epoch=1, test_loss=0.1, test_accuracy=accuracy, seconds=1.0, early=False
            )
            record(folder, started(), finished)
    return name


def test_the_runs_of_an_experiment_differ_only_in_the_seed():
    configs = seeded(CONFIG, 4)
    assert [config.train.seed for config in configs] == [3, 4, 5, 6]
    assert {config.with_values({"train.seed": 0}) for config in configs} == {
        CONFIG.with_values({"train.seed": 0})
    }


@pytest.mark.parametrize("count", [0, -1, 21])
def test_too_few_and_too_many_seeds_are_refused(count):
    with pytest.raises(SettingsError, match=re.escape(str(count))):
        seeded(CONFIG, count)


def test_seeds_that_would_be_too_large_are_refused():
    with pytest.raises(SettingsError, match="seed"):
        seeded(CONFIG.with_values({"train.seed": 2**32 - 2}), 3)


def test_an_experiment_is_one_group_with_mean_and_spread(store, experiment):
    (group,) = experiments(store.list())
    assert group.id == experiment
    assert group.experiment
    assert group.seeds == (3, 4, 5)
    figure = group.figure(lambda info: info.test_accuracy)
    assert (figure.n, figure.mean) == (2, pytest.approx(0.92))
    assert figure.sd == pytest.approx(0.02 * 2**0.5)
    assert group.figure(lambda info: info.validation_accuracy) is None


def test_a_run_knows_its_experiment(store, experiment):
    runs = store.list()
    lonely = store.create(CONFIG)
    assert experiment_of(runs[0], runs).id == experiment
    assert experiment_of(next(i for i in store.list() if i.id == lonely.id), runs) is None


def test_a_run_that_repeats_another_counts_once(store, record, started):
    def run(changes, accuracy=None):
        folder = store.create(CONFIG.with_values(changes))
        if accuracy is not None:
            finished = Finished(
                step=1, epoch=1, test_loss=0.1, test_accuracy=accuracy, seconds=1.0, early=False
            )
            record(folder, started(), finished)
        return folder.id

    first = run({}, 0.9)
    newest = run({"train.threads": 1}, 0.92)  # where and how fast does not count
    unfinished = run({})
    other_seed = run({"train.seed": 9}, 0.94)
    (group,) = alike(store.list())
    assert [info.id for info in group.counted] == [newest, other_seed]
    assert {info.id for info in group.repeated} == {first, unfinished}
    assert group.seeds == (3, 9)
    figure = group.figure(lambda info: info.test_accuracy)
    assert (figure.n, figure.mean) == (2, pytest.approx(0.93))
    other = run({"optim.lr": 0.7}, 0.5)
    chosen = group_of([info for info in store.list() if info.id in (first, other)])
    assert (len(chosen.counted), chosen.repeated) == (2, ())  # other settings repeat nothing


def test_runs_are_grouped_by_all_settings_but_the_seed(store, experiment):
    same = store.create(CONFIG.with_values({"train.seed": 77}))
    other = store.create(CONFIG.with_values({"optim.lr": 0.5}))
    fork = store.create(CONFIG, parent=same.id)
    found = [sorted(info.id for info in group.runs) for group in alike(store.list())]
    assert sorted(map(len, found)) == [1, 1, 4]
    assert [other.id] in found
    assert [fork.id] in found


def test_an_experiment_is_found_by_the_beginning_of_its_id(store, experiment):
    runs = store.list()
    assert find_experiment(experiment, runs).id == experiment
    assert find_experiment(experiment[:9], runs).id == experiment
    assert find_experiment(runs[0].id, runs) is None
    assert find_experiment("x1", runs) is None


def test_a_beginning_that_fits_several_experiments_is_refused(store, experiment):
    store.create(CONFIG, experiment=new_experiment())
    with pytest.raises(RunError, match="2 groups begin with 'x'"):
        find_experiment("x", store.list())


@pytest.mark.parametrize("damaged", [7, "", "a b", "../x", "x" * 61, ["x"]])
def test_an_experiment_that_is_no_id_counts_as_none(store, damaged):
    folder = store.create(CONFIG, experiment="x1")
    text = folder.config_path.read_text()

    folder.config_path.write_text(json.dumps(json.loads(text) | {"experiment": damaged}))
    assert store.list()[0].experiment is None


def test_a_run_from_before_there_were_experiments_is_of_none(store):
    folder = store.create(CONFIG)
    folder.config_path.write_text(folder.config_path.read_text().replace('"experiment"', '"else"'))
    assert store.list()[0].experiment is None


def test_a_group_is_sorted_by_its_mean_over_the_finished_runs(store, experiment):
    (group,) = experiments(store.list())
    mean = average(group)
    assert mean.id == experiment
    assert mean.test_accuracy == pytest.approx(0.92)
    assert mean.best_validation_accuracy is None
