"""What leaves the house answers as the model does."""

import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from safetensors import safe_open

import mlcore
from mlcore import checkpoint
from mlcore.checkpoint import build_model
from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.errors import ExportError, SettingsError
from mlcore.evaluation import evaluate
from mlcore.export import FORMATS, export
from mlcore.export.compare import compare
from mlcore.export.onnx_graph import onnx_bytes, onnx_session
from mlcore.export.pixels import pixel_model
from mlcore.trainer import Trainer

BASE = {"data.name": "digits", "data.mean": 0.3, "data.std": 0.7, "train.epochs": 1}
MODELS = [
    {},
    {"model.hidden": ()},
    {"model.hidden": (24, 16, 12), "model.batch_norm": True, "model.dropout": 0.4},
    {"train.loss": "cross_entropy"},
    *({"model.activation": name} for name in ("leaky_relu", "gelu", "silu", "tanh", "sigmoid")),
]


def trained(folder, **changes):
    """A checkpoint file of a short training on the digits, and their tensors."""
    config = RunConfig().with_values(BASE | changes)
    data = load(config.data, 0)
    trainer = Trainer(config, data)
    for _ in trainer.events():
        pass
    path = folder / "model.pt"
    about = {key: getattr(data, key) for key in ("name", "fingerprint", "mean", "std", "classes")}
    checkpoint.save(path, trainer.snapshot(), about)
    return path, data


@pytest.fixture
def model(tmp_path):
    return trained(tmp_path)


def pixels_of(data):
    return (data.test.images.float() / 255).view(-1, 1, 28, 28)


@pytest.mark.parametrize("changes", MODELS, ids=str)
@pytest.mark.parametrize("name", ["onnx", "pt2"])
def test_programs_answer_as_the_model_for_any_number_of_images(tmp_path, changes, name):
    path, data = trained(tmp_path, **changes)
    found, target = checkpoint.load(path), tmp_path / f"out.{name}"
    export(found, path, target, name, data)
    model = build_model(found).eval()
    if name == "onnx":
        session = onnxruntime.InferenceSession(target.read_bytes())
        asked = lambda images: torch.from_numpy(  # noqa: E731
            session.run(None, {session.get_inputs()[0].name: images.numpy()})[0]
        )
        logits = changes.get("train.loss") == "cross_entropy"
        assert session.get_outputs()[0].name == ("logits" if logits else "log_probabilities")
    else:
        asked = torch.export.load(io.BytesIO(target.read_bytes())).module()
    with torch.inference_mode():
        ours = model(data.inputs(data.test.images))
        for count in (1, 7, 360):
            theirs = asked(pixels_of(data)[:count])
            torch.testing.assert_close(theirs, ours[:count], rtol=1e-4, atol=1e-4)


def test_an_onnx_file_is_one_file_that_says_what_it_is(model, tmp_path):
    path, data = model
    told = export(checkpoint.load(path), path, tmp_path / "out.onnx", "onnx", data)
    assert told["images"] == told["same_class"] == 360
    assert told["largest_difference"] < 1e-5
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.pt", "out.onnx"]
    proto = onnx.load(tmp_path / "out.onnx", load_external_data=False)
    about = {entry.key: json.loads(entry.value) for entry in proto.metadata_props}
    assert about["classes"] == [str(digit) for digit in range(10)]
    assert RunConfig.from_json(about["mlcore"]["config"]).data.name == "digits"
    (batch, *image) = proto.graph.input[0].type.tensor_type.shape.dim
    assert batch.dim_param == "batch"
    assert [side.dim_value for side in image] == [1, 28, 28]


def test_a_file_that_answers_otherwise_is_not_handed_over(model):
    path, data = model
    found = checkpoint.load(path)
    pixels = pixel_model(found)
    answer = onnx_session(onnx_bytes(found, pixels))
    told = compare("ONNX", answer, pixels, pixels_of(data))
    assert told["images"] == told["same_class"] == 360
    with torch.no_grad():
        pixels.model.fc1.bias += 0.01
    with pytest.raises(ExportError, match=r"ONNX file differs .* up to 0\.\d+ on 360 images"):
        compare("ONNX", answer, pixels, pixels_of(data))


def test_one_wrong_number_and_not_a_number_are_found(model):
    path, data = model
    pixels = pixel_model(checkpoint.load(path))

    def answer(images, wrong):
        outcome = pixels(images)
        outcome[-1, 3] += wrong
        return outcome

    for images in (pixels_of(data)[:1], pixels_of(data)):
        compare("test", lambda some: answer(some, 1e-5), pixels, images)
        for wrong in (1e-2, float("nan")):
            with pytest.raises(ExportError, match="differs from torch"):
                compare("test", lambda some, wrong=wrong: answer(some, wrong), pixels, images)


@pytest.mark.parametrize("name", ["onnx", "pt2"])
def test_a_model_that_overflows_is_one_sentence(tmp_path, model, name):
    path, _ = model
    found = checkpoint.load(path)
    huge = {key: torch.full_like(tensor, 3e38) for key, tensor in found.model.items()}
    with pytest.raises(ExportError, match="NaN or infinity"):
        export(dataclasses.replace(found, model=huge), path, tmp_path / "out", name)
    assert not (tmp_path / "out").exists()


def test_weights_too_large_for_one_onnx_file_are_refused_before_it_is_made(model, monkeypatch):
    found = checkpoint.load(model[0])
    monkeypatch.setattr("mlcore.export.onnx_graph._MOST", 1000)
    with pytest.raises(ExportError, match="one ONNX file holds at most"):
        onnx_bytes(found, pixel_model(found))


@pytest.mark.parametrize("name", ["onnx", "pt2"])
def test_a_program_tells_its_settings_and_nothing_of_this_machine(model, tmp_path, name):
    path, _ = model
    target = tmp_path / "out"
    export(checkpoint.load(path), path, target, name)
    content = target.read_bytes()
    assert b"digits" in content
    for place in (mlcore.__file__, torch.__file__, str(tmp_path)):
        assert str(Path(place).parent).encode() not in content


def test_what_the_file_does_not_state_can_be_said(model, tmp_path):
    path, _ = model
    bare = tmp_path / "bare.pt"
    export(checkpoint.load(path), path, bare, "weights")
    found = checkpoint.load(bare)
    said = pixel_model(found.assuming({"activation": "tanh", "mean": 0.3, "std": 0.7}))
    assert (said.mean, said.std, said.model.config.activation) == (0.3, 0.7, "tanh")
    claimed = {"activation": "tanh", "mean": 0.9, "std": 0.9}
    stated = pixel_model(checkpoint.load(path).assuming(claimed))
    assert (stated.mean, stated.std, stated.model.config.activation) == (0.3, 0.7, "relu")


def test_noise_is_compared_on_where_the_data_are_not_there(model, tmp_path):
    path, _ = model
    assert export(checkpoint.load(path), path, tmp_path / "out.onnx", "onnx")["images"] == 1000


def test_weights_load_into_a_plain_program(model, tmp_path):
    path, _ = model
    export(checkpoint.load(path), path, tmp_path / "weights.pt", "weights")
    net = torch.nn.Module()
    for number, (before, after) in enumerate(((784, 128), (128, 64), (64, 10)), start=1):
        net.add_module(f"fc{number}", torch.nn.Linear(before, after))
    net.load_state_dict(torch.load(tmp_path / "weights.pt"))


def test_safetensors_carry_the_settings_and_come_back(model, tmp_path):
    path, data = model
    export(checkpoint.load(path), path, tmp_path / "out.safetensors", "safetensors")
    with safe_open(tmp_path / "out.safetensors", "np") as file:
        assert json.loads(file.metadata()["mlcore"])["config"]["data"]["name"] == "digits"
        assert file.get_tensor("fc1.weight").dtype == np.float32
    ours, back = (checkpoint.load(p) for p in (path, tmp_path / "out.safetensors"))
    assert evaluate(build_model(ours), data.test, data) == evaluate(
        build_model(back), data.test, data
    )


def test_a_full_checkpoint_is_the_same_file_and_weights_are_none(model, tmp_path):
    path, _ = model
    found = checkpoint.load(path)
    export(found, path, tmp_path / "full.pt", "full")
    assert (tmp_path / "full.pt").read_bytes() == path.read_bytes()
    export(found, path, tmp_path / "weights.pt", "weights")
    with pytest.raises(ExportError, match="no full checkpoint"):
        export(
            checkpoint.load(tmp_path / "weights.pt"),
            tmp_path / "weights.pt",
            tmp_path / "again.pt",
            "full",
        )
    assert not (tmp_path / "again.pt").exists()


def test_what_is_not_installed_is_named(model, tmp_path, monkeypatch):
    path, _ = model
    monkeypatch.setattr("mlcore.export.formats.importlib.util.find_spec", lambda name: None)
    assert FORMATS["weights"].lacking is None
    with pytest.raises(
        ExportError, match=r'onnx and onnxruntime: run `pip install -e "\.\[export\]"`'
    ):
        export(checkpoint.load(path), path, tmp_path / "out.onnx", "onnx")


def test_an_unknown_form_is_refused(model, tmp_path):
    path, _ = model
    with pytest.raises(SettingsError, match=r"no format 'onx'.*did you mean"):
        export(checkpoint.load(path), path, tmp_path / "out", "onx")


@pytest.mark.mnist
def test_onnx_agrees_with_torch_on_all_of_mnist(tmp_path, mnist_root):
    config = RunConfig().with_values(
        {"data.root": str(mnist_root), "train.epochs": 1, "data.train_limit": 6_000}
    )
    data = load(config.data, 0)
    trainer = Trainer(config, data)
    for _ in trainer.events():
        pass
    about = {key: getattr(data, key) for key in ("name", "fingerprint", "mean", "std", "classes")}
    path = tmp_path / "model.pt"
    checkpoint.save(path, trainer.snapshot(), about)
    told = export(checkpoint.load(path), path, tmp_path / "out.onnx", "onnx", data)
    assert told["images"] == told["same_class"] == 10_000
    assert told["largest_difference"] < 1e-4
