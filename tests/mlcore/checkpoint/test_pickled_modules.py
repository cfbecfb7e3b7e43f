"""Models that were pickled whole are read without making anything of them."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoint_corpus.classes import elsewhere
from checkpoint_corpus.good import saved, trained
from torch import Tensor, nn

from mlcore.checkpoint import build_model, inspect, load
from mlcore.checkpoint.format import Checkpoint
from mlcore.checkpoint.suggest import suggest
from mlcore.config import OptimConfig
from mlcore.errors import CheckpointError
from mlcore.export import export
from mlcore.testing import data_config, evaluate_checkpoint, try_normalisations

IMAGES = torch.randn(5, 784)


class Net(nn.Module):
    """The network of countless tutorials."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 16)
        self.fc2 = nn.Linear(16, 8)
        self.fc3 = nn.Linear(8, 10)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.fc1(x.flatten(1)))
        return self.fc3(torch.relu(self.fc2(self.dropout(x))))


class NeuralNetwork(nn.Module):
    """The network of PyTorch's quick start, with hooks, a buffer and things of its owner's."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 10)
        )
        self.history: dict[str, Any] = {"loss": [0.5] * 100}
        self.loss = nn.functional.cross_entropy
        self.device = torch.device("cpu")
        self.register_buffer("scratch", torch.zeros(3), persistent=False)
        self.linear_relu_stack.register_forward_hook(_hook)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear_relu_stack(self.flatten(x))


def _hook(_module: Any, _given: Any, _found: Any) -> None:
    return None


def sequential(*, act: Any = nn.ReLU, drop: float = 0.0, end: bool = False) -> nn.Sequential:
    layers = [nn.Flatten(), nn.Linear(784, 16), act(), nn.Dropout(drop), nn.Linear(16, 10)]
    return nn.Sequential(*layers, *([nn.LogSoftmax(dim=1)] if end else []))


def read(folder: Path, data: bytes) -> Checkpoint:
    (folder / "file.pt").write_bytes(data)
    return load(folder / "file.pt")


def same(found: Checkpoint, model: nn.Module) -> bool:
    """Whether the model that was read predicts what the other one does."""
    model.eval()
    with torch.no_grad():
        theirs = torch.log_softmax(model(IMAGES), dim=1)
        return torch.allclose(build_model(found).eval()(IMAGES), theirs, atol=1e-6)


def whole(model: Any, **form: Any) -> bytes:
    """A file with it, its classes in a script that is not here."""
    with elsewhere(Net, NeuralNetwork, _hook, module="__main__"):
        return saved(model, **form)


@pytest.mark.parametrize("form", [{}, {"protocol": 3}, {"protocol": 4}, {"protocol": 5}])
@pytest.mark.parametrize("model", [Net, NeuralNetwork, sequential], ids=lambda m: m.__name__)
def test_it_predicts_what_it_did(tmp_path: Path, model: Any, form: dict[str, Any]) -> None:
    net = model()
    found = read(tmp_path, whole(net, **form))
    assert same(found, net)
    assert any("pickled whole" in str(warning) for warning in found.warnings)


@pytest.mark.parametrize("model", [Net, NeuralNetwork, sequential], ids=lambda m: m.__name__)
def test_the_form_before_torch_1_6_is_read(tmp_path: Path, model: Any) -> None:
    net = model()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch finds no source of the classes
        data = whole(net, legacy=True)
    assert same(read(tmp_path, data), net)


def test_a_class_of_ones_own_is_named_and_its_activation_asked_for(tmp_path: Path) -> None:
    found = read(tmp_path, whole(Net()))
    words = " ".join(map(str, (*found.assumed, *found.warnings)))
    assert "`__main__.Net`" in words
    assert "has to be stated" in words
    assert found.model_config.dropout == 0.2
    assert found.assuming({"activation": "tanh"}).model_config.activation == "tanh"


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (nn.ReLU, "relu"),
        (nn.LeakyReLU, "leaky_relu"),
        (nn.GELU, "gelu"),
        (nn.SiLU, "silu"),
        (nn.Tanh, "tanh"),
        (nn.Sigmoid, "sigmoid"),
    ],
)
def test_the_modules_say_activation_and_dropout(tmp_path: Path, act: Any, name: str) -> None:
    net = sequential(act=act, drop=0.25, end=True)
    found = read(tmp_path, whole(net))
    assert (found.model_config.activation, found.model_config.dropout) == (name, 0.25)
    assert same(found, net)
    assert "as the modules" in " ".join(map(str, found.assumed))


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (nn.ELU, "ELU"),
        (nn.SELU, "SELU"),
        (nn.ReLU6, "ReLU6"),
        (nn.Softplus, "Softplus"),
        (nn.Hardswish, "Hardswish"),
        (nn.Hardtanh, "Hardtanh"),
        (lambda: nn.GELU(approximate="tanh"), "GELU(approximate=tanh)"),
        (lambda: nn.LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)"),
    ],
)
def test_an_activation_that_is_not_here_has_to_be_said(tmp_path: Path, act: Any, name: str) -> None:
    found = read(tmp_path, whole(sequential(act=act)))
    assert name in " ".join(map(str, found.assumed))
    assert inspect(tmp_path / "file.pt")["architecture"] == f"784 → 16 → 10, {name}"
    with pytest.raises(CheckpointError, match=re.escape(f"has the activation {name}, which")):
        found.check_certain()
    config = data_config(found, {"name": "digits"})
    for use in (evaluate_checkpoint, try_normalisations):
        with pytest.raises(CheckpointError, match="state another one as"):
            use(found, config)
    with pytest.raises(CheckpointError, match="state another one as"):
        export(found, tmp_path / "file.pt", tmp_path / "file.pt2", "pt2")
    said = found.assuming({"activation": "gelu"}).assuming({"mean": 0.0, "std": 1.0})
    said.check_certain()
    notes = [str(note) for note in said.warnings if "not the model's own" in str(note)]
    assert notes == [
        f"Not as in the file: its activation is {name}, and gelu was said instead; the figures "
        "are not the model's own."
    ]


def test_several_activations_of_a_class_of_ones_own_have_to_be_said(tmp_path: Path) -> None:
    net = Net()
    net.first, net.second = nn.ReLU(), nn.Tanh()
    with pytest.raises(CheckpointError, match="has the activation relu, tanh, which no model here"):
        read(tmp_path, whole(net)).check_certain()
    read(tmp_path, saved(net.state_dict())).check_certain()


def test_without_hidden_layers_no_activation_is_asked_for(tmp_path: Path) -> None:
    net = Net()
    net.fc1, net.act = nn.Linear(784, 10), nn.ELU()
    del net.fc2, net.fc3
    read(tmp_path, whole(net)).check_certain()


def test_the_activation_that_modules_say_goes_into_a_new_run(tmp_path: Path) -> None:
    found = suggest(read(tmp_path, whole(sequential(act=nn.Tanh))))
    assert found.settings["model.activation"] == "tanh"
    assert "model.activation" not in suggest(read(tmp_path, whole(Net()))).settings


def test_wrappers_are_seen_through(tmp_path: Path) -> None:
    net = Net()
    parallel = nn.DataParallel(net)
    averaged = torch.optim.swa_utils.AveragedModel(net)
    assert same(read(tmp_path, whole(parallel)), net)
    assert same(read(tmp_path, whole(averaged)), net)


def test_a_module_within_a_dictionary_is_read_with_its_optimizer(tmp_path: Path) -> None:
    net, optimizer, _ = trained(OptimConfig(name="adam"), 4, 3)
    file = {"model": net, "optimizer": optimizer, "epoch": 3, "args": Net()}
    found = read(tmp_path, whole(file))
    assert found.epoch == 3
    assert found.state is not None
    assert all(torch.equal(found.model[key], value) for key, value in net.state_dict().items())
    assert "`args` (__main__.Net)" in " ".join(map(str, found.warnings))


def test_batch_norm_and_buffers_come_along(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(784, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 10))
    net(torch.randn(20, 784))
    found = read(tmp_path, whole(net))
    assert found.model_config.batch_norm
    assert same(found, net)


def test_an_object_that_holds_the_model_is_a_dictionary_of_its_attributes(tmp_path: Path) -> None:
    class Trainer:
        """Somebody's own."""

    trainer, net = Trainer(), Net()
    trainer.model, trainer.epoch = net, 4  # type: ignore[attr-defined]
    Trainer.__qualname__ = "Trainer"
    with elsewhere(Trainer, module="train"):
        found = read(tmp_path, whole(trainer))
    assert found.epoch == 4
    assert same(found, net)


def test_a_module_of_another_kind_is_refused_as_its_state_dict_would_be(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.Flatten(), nn.Linear(5408, 10))
    with pytest.raises(CheckpointError, match="convolution"):
        read(tmp_path, whole(net))


def test_what_is_in_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file.pt").write_bytes(whole(NeuralNetwork()))
    found = inspect(tmp_path / "file.pt")
    assert found["architecture"].startswith("784 → 16 → 16 → 10, relu")
    assert len(found["tensors"]) == 6
    assert "`__main__.NeuralNetwork`" in str(found["warnings"][0])
