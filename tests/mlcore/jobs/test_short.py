"""Short jobs answer what they are asked."""

import numpy as np
import pytest
import torch

from mlcore import checkpoint
from mlcore.checkpoint import save_weights
from mlcore.config import RunConfig
from mlcore.data import Progress
from mlcore.data.tensors import load
from mlcore.errors import CheckpointError, DataMissingError, SettingsError, from_json
from mlcore.evaluation import evaluate
from mlcore.insight.answers import answers_in
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.short import HANDLERS
from mlcore.model import build
from mlcore.run import execute
from mlcore.runs import RunStore

CONFIG = RunConfig.from_flat(
    {
        "data.name": "digits",
        "data.mean": 0.1,
        "data.std": 0.3,
        "optim.name": "adam",
        "train.epochs": 2,
        "train.device": "cpu",
    }
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A full checkpoint of a run on the bundled digits."""
    folder = RunStore(tmp_path_factory.mktemp("runs")).create(CONFIG)
    execute(folder)
    return folder.last_checkpoint()


@pytest.fixture
def ask(tmp_path):
    """Does a job here, in this process."""

    def answer(kind, **request):
        job = JobFolder.create(tmp_path, kind, request)
        return HANDLERS[kind](job.request()[1], job, DataCache())

    return answer


def test_devices_end_with_the_cpu(ask):
    assert ask("devices")["devices"][-1] == {"device": "cpu", "name": "CPU"}


def test_a_lesson_reports_its_curves_while_they_grow_and_answers_with_all(ask, monkeypatch):
    reports = []
    monkeypatch.setattr(JobFolder, "report", lambda _, found: reports.append(found))
    monkeypatch.setattr("mlcore.jobs.lessons._INTERVAL", 0.0)
    answer = ask("lesson", lesson="batch-of-all", seed=4)
    assert len(reports) > 20
    assert not reports[0]["done"]
    assert reports[-1] == answer
    assert answer["done"]
    with pytest.raises(SettingsError, match="no lesson"):
        ask("lesson", lesson="no-such", seed=4)


def test_an_evaluation_is_that_of_the_model_on_its_own_data(ask, trained):
    answer = ask("evaluate", checkpoint=str(trained), mistakes=5)
    data = load(CONFIG.data, 0)
    own = evaluate(checkpoint.build_model(checkpoint.load(trained)), data.test, data)
    assert answer["evaluation"] == own.to_json()
    assert answer["data"] == "digits"
    assert answer["classes"] == list("0123456789")
    assert answer["warnings"] == []
    assert len(answer["mistakes"]) == 5
    for mistake in answer["mistakes"]:
        assert mistake["label"] == data.test.labels[mistake["index"]]
        assert mistake["guesses"][0][0] != mistake["label"]
    losses = [mistake["loss"] for mistake in answer["mistakes"]]
    assert losses == sorted(losses, reverse=True)


def test_the_answers_to_each_image_come_as_a_plain_file(trained, tmp_path):
    job = JobFolder.create(tmp_path, "evaluate", {"checkpoint": str(trained), "answers": True})
    answer = HANDLERS["evaluate"](job.request()[1], job, DataCache())
    with np.load(job.path / answer["answers"], allow_pickle=False) as arrays:
        splits = answers_in(arrays)
    assert splits["test"].confusion.tolist() == [
        list(row) for row in answer["evaluation"]["confusion"]
    ]
    assert list(splits) == ["test"]  # the run held nothing out


def test_the_normalisation_of_the_checkpoint_goes_with_it(ask, trained):
    own = ask("evaluate", checkpoint=str(trained))
    named = ask("evaluate", checkpoint=str(trained), data={"name": "digits", "root": ""})
    assert named == own


def test_other_data_bring_a_warning(ask, trained, tiny_idx_root):
    root = tiny_idx_root()
    answer = ask("evaluate", checkpoint=str(trained), data={"name": "mnist", "root": str(root)})
    assert answer["evaluation"]["images"] == 50
    assert "trained on Digits (bundled), but is tested on MNIST" in str(
        from_json(answer["warnings"][0])
    )


def test_other_classes_are_an_error(ask, trained, tmp_path):
    torch.manual_seed(0)
    save_weights(tmp_path / "letters.pt", build(RunConfig(), 26).state_dict())
    with pytest.raises(CheckpointError, match="26 classes"):
        ask("evaluate", checkpoint=str(tmp_path / "letters.pt"), data={"name": "digits"})


def test_missing_data_are_an_error(ask, trained, tmp_path):
    with pytest.raises(DataMissingError, match="MNIST"):
        ask("evaluate", checkpoint=str(trained), data={"name": "mnist", "root": str(tmp_path)})
    with pytest.raises(SettingsError, match="did you mean"):
        ask("evaluate", checkpoint=str(trained), data={"name": "digit"})


def test_a_model_that_overflows_is_an_error(ask, tmp_path):
    weights = build(RunConfig(), 10).state_dict()
    huge = {name: torch.full_like(weight, 3e38) for name, weight in weights.items()}
    save_weights(tmp_path / "huge.pt", huge)
    with pytest.raises(CheckpointError, match="NaN or infinity"):
        ask("evaluate", checkpoint=str(tmp_path / "huge.pt"), data={"name": "digits"})


def test_an_inspection_says_what_is_in_a_file(ask, trained):
    for untrusted in (False, True):
        found = ask("inspect", path=str(trained), untrusted=untrusted)
        assert found["form"] == "full"
        assert found["epoch"] == 2
        assert RunConfig.from_json(found["settings"]) == CONFIG


def test_weights_alone_are_a_file_that_torch_reads(ask, trained, tmp_path):
    file = ask("export", checkpoint=str(trained), format="weights")["file"]
    (job,) = (tmp_path / ".jobs").iterdir()
    state = torch.load(job / file, weights_only=True)
    for name, weight in checkpoint.load(trained).model.items():
        assert torch.equal(state[name], weight)


def test_an_onnx_file_is_compared_on_the_data_the_model_knows(ask, trained):
    told = ask("export", checkpoint=str(trained), format="onnx")
    assert told["images"] == told["same_class"] == 360


def test_a_download_tells_how_far_it_is(ask, tmp_path, monkeypatch):
    asked = []

    def download(name, root, tell):
        asked.append((name, root))
        for done in range(1001):
            tell(Progress(file="train-images", done=done, total=1000))

    monkeypatch.setattr("mlcore.jobs.short.fetch", download)
    assert ask("fetch", name="kmnist", root=str(tmp_path / "data")) == {}
    assert asked == [("kmnist", tmp_path / "data")]
    (job,) = (tmp_path / ".jobs").iterdir()
    told = JobFolder(job).progress()
    assert told == {"file": "train-images", "done": 1000, "total": 1000}
