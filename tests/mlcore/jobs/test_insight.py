"""Short jobs that look into a model answer with the engine's own numbers."""

import json

import numpy as np
import pytest
import torch

from mlcore import checkpoint
from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.errors import CheckpointError, SettingsError
from mlcore.evaluation import evaluate
from mlcore.insight.path import walk
from mlcore.jobs import insight
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.kept import Kept, content_key
from mlcore.jobs.short import HANDLERS
from mlcore.run import execute
from mlcore.runs import RunStore

CONFIG = RunConfig.from_flat(
    {
        "data.name": "digits",
        "data.mean": 0.1,
        "data.std": 0.3,
        "model.hidden": [24, 12],
        "model.batch_norm": True,
        "optim.name": "adam",
        "train.epochs": 3,
        "train.device": "cpu",
        "train.threads": 1,
    }
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = RunStore(tmp_path_factory.mktemp("runs")).create(CONFIG)
    execute(folder)
    return folder


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Does a job here, in this process; what it says, and the arrays of its file."""
    root = tmp_path_factory.mktemp("asked")

    def answer(kind, **request):
        job = JobFolder.create(root, kind, request)
        told = HANDLERS[kind](job.request()[1], job, DataCache())
        json.dumps(told, allow_nan=False)
        if "file" not in told:
            return told, {}
        with np.load(job.path / told["file"], allow_pickle=False) as file:
            return told, {name: file[name] for name in file.files}

    answer.root = root
    return answer


@pytest.fixture(scope="module")
def data():
    return load(CONFIG.data, 0)


def test_an_image_is_followed_through_the_model(ask, run, data):
    last = run.last_checkpoint()
    told, arrays = ask("image", checkpoint=str(last), image=4)
    model = checkpoint.build_model(checkpoint.load(last))
    layers = walk(model, data.inputs(data.test.images[4]))
    assert told["layers"] == ["fc1", "fc2", "fc3"]
    assert told["predicted"] == int(np.argmax(told["logits"])) == told["target"]
    np.testing.assert_allclose(sum(told["probabilities"]), 1.0, atol=1e-6)
    for layer in layers:
        assert np.array_equal(arrays[f"{layer.name}.outputs"], layer.outputs[0].numpy())
        assert (f"{layer.name}.normed" in arrays) == (layer.name != "fc3")
    assert arrays["gradient"].shape == arrays["integrated"].shape == (784,)
    assert told["looked_through"] == len(data.train)
    assert [one["distance"] for one in told["neighbours"]] == sorted(
        one["distance"] for one in told["neighbours"]
    )
    assert told["flip"]["before"] == told["predicted"] != told["flip"]["after"]


def test_an_image_that_is_in_no_data_set_is_taken_as_pixels(ask, run, data):
    last = str(run.last_checkpoint())
    one, arrays = ask("image", checkpoint=last, image=4)
    other, others = ask("image", checkpoint=last, pixels=data.test.images[4].tolist())
    assert one == other
    assert all(np.array_equal(arrays[name], others[name]) for name in arrays)


def test_a_unit_is_explained(ask, run):
    last = str(run.last_checkpoint())
    _, arrays = ask("image", checkpoint=last, image=4)
    told, _ = ask("unit", checkpoint=last, image=4, layer=2, unit=7)
    assert told["shown"] == float(arrays["fc2.sums"][7])
    assert told["normed"] == float(arrays["fc2.normed"][7])
    assert told["total"] == pytest.approx(told["shown"], abs=1e-5)


@pytest.mark.parametrize("index", [-1, 360, 10**9])
def test_an_image_that_is_not_there_is_a_sentence(ask, run, index):
    with pytest.raises(SettingsError, match=r"There is no test image .*: Digits .* has 0 to 359\."):
        ask("image", checkpoint=str(run.last_checkpoint()), image=index)


def test_what_was_learned(ask, run, data):
    told, arrays = ask("learned", checkpoint=str(run.last_checkpoint()))
    assert told["units"] == 24
    assert arrays["weights"].shape == (24, 784)
    assert (np.diff(arrays["norms"]) <= 0).all()
    assert [layer["name"] for layer in told["layers"]] == ["fc1", "fc2", "fc3"]
    assert [layer["units"] for layer in told["dead"]] == [24, 12]
    assert arrays["xy"].shape == (360, 2)
    assert arrays["labels"].tolist() == data.test.labels.tolist()


def test_the_film_of_a_run_equals_fresh_evaluations(ask, run, data):
    paths = [str(path) for path in run.checkpoints()]
    told, arrays = ask("epochs", checkpoints=[*paths, str(run.path / "gone.pt")])
    assert told["held"] == list(range(len(paths)))
    assert len(paths) == 4  # the untrained network, and three epochs
    for number, path in enumerate(paths):
        model = checkpoint.build_model(checkpoint.load(path))
        fresh = evaluate(model, data.test, data)
        assert (told["loss"][number], told["accuracy"][number]) == (fresh.loss, fresh.accuracy)
        assert arrays["confusion"][number].tolist() == [list(row) for row in fresh.confusion]
        weights = model.fc1.weight.detach().numpy()[arrays["units"]]
        assert np.array_equal(arrays["weights"][number], weights)
    for before, after in zip(arrays["xy"][:-1], arrays["xy"][1:], strict=True):
        assert ((before * after).sum(0) >= 0).all()


def test_a_run_without_a_checkpoint_has_no_film(ask, run):
    with pytest.raises(CheckpointError, match="no checkpoint that can be drawn"):
        ask("epochs", checkpoints=[str(run.path / "gone.pt")])


def test_tsne_is_made_once(ask, run, monkeypatch):
    last = str(run.last_checkpoint())
    _, first = ask("tsne", checkpoint=last)
    monkeypatch.setattr(insight, "tsne", None)
    _, second = ask("tsne", checkpoint=last)
    assert np.array_equal(first["xy"], second["xy"])
    assert first["xy"].shape == (360, 2)


def test_what_is_kept_goes_by_content(tmp_path):
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "b").write_bytes(b"one")
    (tmp_path / "c").write_bytes(b"two")
    a, b, c = (content_key(tmp_path / name, 1) for name in "abc")
    assert a == b != c
    assert content_key(tmp_path / "a", 2) != a


def test_what_is_kept_stays_within_bounds_and_survives_damage(tmp_path):
    kept = Kept(tmp_path / "kept", most=3_000)
    made = []

    def make(name):
        return lambda: made.append(name) or {"x": torch.zeros(200).numpy()}

    for name in "abcab":
        kept.get(name, make(name))
    assert len(made) > 3  # a and b went, as three are too many
    assert sum(path.stat().st_size for path in (tmp_path / "kept").iterdir()) <= 3_000
    count = len(made)
    kept.get("b", make("b"))
    assert len(made) == count
    (tmp_path / "kept" / "b.npz").write_bytes(b"PK damaged")
    assert kept.get("b", make("b"))["x"].shape == (200,)
    assert len(made) == count + 1
