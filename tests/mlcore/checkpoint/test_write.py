"""Checkpoints are written whole or not at all, and plain torch reads them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from checkpoint_corpus.good import DATA, mlp, snapshot
from torch import nn

from mlcore.checkpoint import load, save, save_weights
from mlcore.checkpoint.write import write_bytes
from mlcore.errors import CheckpointError


class Net(nn.Module):
    """The quick start's own model."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(784, 4), nn.Linear(4, 3), nn.Linear(3, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        hidden = F.relu(self.fc2(F.relu(self.fc1(images.view(-1, 784)))))
        return F.log_softmax(self.fc3(hidden), dim=1)


def test_the_recipe_for_resuming_works_on_a_full_checkpoint(tmp_path: Path) -> None:
    before = snapshot()
    save(tmp_path / "full.pt", before, DATA)
    model = Net()
    optimizer = torch.optim.Adam(model.parameters())
    checkpoint = torch.load(tmp_path / "full.pt", weights_only=True)
    model.load_state_dict(checkpoint["model_state_dict"])
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    assert (checkpoint["epoch"], checkpoint["loss"]) == (0, 2.3)
    assert type(checkpoint["loss"]) is float
    assert all(torch.equal(before["model"][name], v) for name, v in model.state_dict().items())


def test_weights_alone_load_into_the_tutorials_own_net(tmp_path: Path) -> None:
    net = mlp(4, 3)
    save_weights(tmp_path / "weights.pt", net.state_dict())
    model = Net()
    model.load_state_dict(torch.load(tmp_path / "weights.pt"))
    images = torch.randn(5, 784)
    assert torch.equal(model(images), net(images))


def test_a_numpy_loss_becomes_a_python_number(tmp_path: Path) -> None:
    save(tmp_path / "full.pt", {**snapshot(), "loss": np.float64(0.5)}, None)
    assert load(tmp_path / "full.pt").loss == 0.5


def test_views_of_a_larger_storage_are_written_alone(tmp_path: Path) -> None:
    net = mlp(4, 3)
    flat = torch.cat([tensor.reshape(-1) for tensor in net.state_dict().values()])
    pieces = flat.split([tensor.numel() for tensor in net.state_dict().values()])
    views = {
        name: piece.view(tensor.shape)
        for (name, tensor), piece in zip(net.state_dict().items(), pieces, strict=True)
    }
    save_weights(tmp_path / "weights.pt", views)
    assert torch.equal(load(tmp_path / "weights.pt").model["fc1.bias"], net.fc1.bias)


def test_a_file_is_replaced_in_one_step_and_nothing_else_stays(tmp_path: Path) -> None:
    for step in (1, 2):
        save(tmp_path / "last.pt", {**snapshot(), "step": step}, DATA)
        assert load(tmp_path / "last.pt").step == step
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_full_disk_is_one_sentence_and_the_previous_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save(path, snapshot(), DATA)
    before = path.read_bytes()
    script = (
        "import resource, signal, sys\n"
        "from mlcore.checkpoint.write import write_bytes\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "try:\n"
        "    write_bytes(sys.argv[1], bytes(100_000))\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("CheckpointError The checkpoint ")
    assert "File too large" in done.stdout
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no folder"):
        write_bytes(tmp_path / "gone" / "last.pt", b"data")


def test_a_read_only_folder_is_one_sentence(tmp_path: Path) -> None:
    folder = Path("/sys") if os.geteuid() == 0 else tmp_path  # root may write to all but that
    tmp_path.chmod(0o500)
    with pytest.raises(CheckpointError, match=r"Permission denied|Read-only|not permitted"):
        write_bytes(folder / "last.pt", b"data")
    tmp_path.chmod(0o700)


def test_a_folder_in_the_place_of_the_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "last.pt").mkdir()
    with pytest.raises(CheckpointError, match="directory"):
        write_bytes(tmp_path / "last.pt", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_kill_while_writing_leaves_the_previous_file(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save(path, snapshot(), DATA)
    before = path.read_bytes()
    script = (
        "import os, signal, sys\n"
        "from mlcore.checkpoint import write\n"
        "write.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write.write_bytes(sys.argv[1], bytes(100_000))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == before


def test_a_file_has_the_usual_permissions(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        write_bytes(tmp_path / "last.pt", b"data")
    finally:
        os.umask(mask)
    assert (tmp_path / "last.pt").stat().st_mode & 0o777 == 0o644
