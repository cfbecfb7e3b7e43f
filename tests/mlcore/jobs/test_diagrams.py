"""Short jobs draw the network that settings begin with, and those that checkpoints hold."""

import itertools

import numpy as np
import pytest

from mlcore import checkpoint
from mlcore.config import RunConfig
from mlcore.errors import CheckpointError, SettingsError
from mlcore.insight.diagram import Diagram
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.diagrams import draw_checkpoints, draw_untrained
from mlcore.jobs.folder import JobFolder
from mlcore.run import execute
from mlcore.runs import RunStore
from mlcore.trainer import Trainer, load_data

CONFIG = RunConfig.from_flat(
    {
        "data.name": "digits",
        "model.hidden": [24, 12],
        "train.epochs": 2,
        "train.seed": 5,
        "train.threads": 1,
        "train.device": "cpu",
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    run = RunStore(tmp_path_factory.mktemp("runs")).create(CONFIG)
    execute(run)
    return run


@pytest.fixture
def job(tmp_path):
    return JobFolder.create(tmp_path, "diagrams", {})


def drawn(folder, job, paths, **more):
    request = {
        "checkpoint": str(folder.last_checkpoint()),
        "checkpoints": [str(path) for path in paths],
        "data": {"name": "digits"},
        "image": 4,
        **more,
    }
    told = draw_checkpoints(request, job, DataCache())
    return [Diagram.from_json(one) for one in told["diagrams"]], told["held"]


def test_the_untrained_network_is_the_one_that_the_run_begins_with(job):
    told = draw_untrained({"config": CONFIG.to_json(), "image": 4}, job, DataCache())
    diagram = Diagram.from_json(told["diagram"])
    model = Trainer(CONFIG, load_data(CONFIG)).model
    (one, two) = (linear.weight.detach().numpy() for linear in model.linears[:2])
    units = diagram.units
    assert np.array_equal(diagram.layers[1].weights, two[np.ix_(units[1], units[0])])
    difference = np.abs(diagram.layers[0].weights - one[list(units[0])])
    assert difference.max() <= np.abs(one).max() / 127
    assert [reaction.image for reaction in diagram.reactions] == [4]


def test_each_checkpoint_is_drawn_with_the_same_units_and_what_changed(folder, job):
    paths = folder.checkpoints()
    diagrams, held = drawn(folder, job, paths)
    assert held == list(range(len(paths)))
    assert {diagram.units for diagram in diagrams} == {diagrams[-1].units}
    assert diagrams[0].since is None
    for before, after in itertools.pairwise(diagrams):
        assert after.since == before.step
        later = [layer.weights for layer in after.layers[1:]]
        earlier = [layer.weights for layer in before.layers[1:]]
        changes = [layer.change for layer in after.layers[1:]]
        for one, other, change in zip(earlier, later, changes, strict=True):
            np.testing.assert_array_equal(change, other - one)


def test_the_units_that_are_asked_for_are_drawn_where_the_model_has_them(folder, job):
    wanted = [[1, 2], [3], list(range(10))]
    ((diagram,), _) = drawn(folder, job, [folder.last_checkpoint()], units=wanted)
    assert [list(units) for units in diagram.units] == wanted
    ((diagram,), _) = drawn(folder, job, [folder.last_checkpoint()], units=[[99], [3], [0]])
    assert len(diagram.units[0]) == 16


def test_checkpoints_that_are_gone_are_left_out(folder, job):
    gone = folder.checkpoints_path / "step-00000001.pt"
    diagrams, held = drawn(folder, job, [gone, folder.last_checkpoint()])
    assert len(diagrams) == 1
    assert held == [1]
    with pytest.raises(CheckpointError, match="keeps no checkpoint"):
        drawn(folder, job, [gone])


def test_checkpoints_whose_answer_is_not_finite_are_left_out(folder, job, tmp_path):
    """As of a run that diverges: the weights are still numbers, and their sums are none."""
    path = folder.last_checkpoint()
    weights = checkpoint.load(path).model
    huge = tmp_path / "huge.pt"
    checkpoint.save_weights(huge, {name: values * 1e30 for name, values in weights.items()})
    assumed = {"assumed": {"model.activation": "relu", "data.mean": 0.5, "data.std": 0.5}}
    diagrams, held = drawn(folder, job, [path, huge], **assumed)
    assert held == [0]
    assert len(diagrams) == 1
    with pytest.raises(CheckpointError, match="NaN or infinity"):
        drawn(folder, job, [huge], **assumed)


def test_an_image_that_is_not_there_is_refused(folder, job):
    with pytest.raises(SettingsError, match="no test image 9,999"):
        drawn(folder, job, [folder.last_checkpoint()], image=9_999)
