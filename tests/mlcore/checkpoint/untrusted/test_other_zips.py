"""Zip archives that are no checkpoint are refused by their own name."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from mlcore.checkpoint import load
from mlcore.checkpoint.untrusted.other_zips import check_zip
from mlcore.errors import CheckpointError

MEMBERS = {
    "metadata.json config.json model.weights.h5": r"Keras model \(\.keras\)",
    "arr_0.npy arr_1.npy": r"NumPy arrays \(\.npz\)",
    "m/saved_model.pb m/variables/variables.index": "TensorFlow",
    "models/best.pt readme.md": "holds `models/best.pt`: unpack it",
    "[Content_Types].xml word/document.xml": "of other things",
    "a.txt": "of other things",
    "serialized_exported_program.json version": "torch.export",
    "m/archive_format m/models/model.json m/data/weights/weight_0": "torch.export",
    "m/data.pkl m/code/__torch__.py m/constants.pkl": "TorchScript",
}


@pytest.mark.parametrize("names", MEMBERS)
def test_members_give_an_archive_away(names: str) -> None:
    with pytest.raises(CheckpointError, match=MEMBERS[names]):
        check_zip(names.split())


def test_a_checkpoint_is_let_through() -> None:
    check_zip(["archive/data.pkl", "archive/data/0", "archive/version", "archive/byteorder"])


@pytest.mark.parametrize("trace", [False, True])
def test_a_torchscript_program_says_how_to_save_its_numbers(tmp_path: Path, trace: bool) -> None:
    net = nn.Sequential(nn.Linear(784, 4), nn.ReLU(), nn.Linear(4, 10))
    program = torch.jit.trace(net, torch.rand(2, 784)) if trace else torch.jit.script(net)
    torch.jit.save(program, tmp_path / "model.pt")
    with pytest.raises(CheckpointError, match=r"TorchScript.*torch\.jit\.load\(path\)"):
        load(tmp_path / "model.pt")
    torch.save(torch.jit.load(tmp_path / "model.pt").state_dict(), tmp_path / "weights.pt")
    assert load(tmp_path / "weights.pt").model_config.hidden == (4,)


def test_an_exported_program_says_how_to_save_its_numbers(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(784, 4), nn.ReLU(), nn.Linear(4, 10))
    torch.export.save(torch.export.export(net, (torch.rand(2, 784),)), tmp_path / "model.pt2")
    with pytest.raises(CheckpointError, match=r"torch\.export.*\.state_dict"):
        load(tmp_path / "model.pt2")
    state = torch.export.load(tmp_path / "model.pt2").state_dict
    torch.save(dict(state), tmp_path / "weights.pt")
    assert load(tmp_path / "weights.pt").model_config.hidden == (4,)


def repacked(folder: Path, method: int) -> Path:
    """A checkpoint that was unpacked and packed again, its folders among the members."""
    torch.save(nn.Linear(784, 10).state_dict(), buffer := io.BytesIO())
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(folder / "m.pt", "w", method) as new:
        for name in ("unpacked/", "unpacked/data/"):
            new.writestr(name, b"")
        for name in old.namelist():
            new.writestr(f"unpacked/{name.partition('/')[2]}", old.read(name))
    return folder / "m.pt"


def test_an_archive_packed_again_is_said_to_be_compressed(tmp_path: Path) -> None:
    path = repacked(tmp_path, zipfile.ZIP_DEFLATED)
    with pytest.raises(CheckpointError, match=r"is compressed.* `zip -0 -r`, or load it with"):
        load(path)
    torch.save(torch.load(path), tmp_path / "again.pt")
    assert load(tmp_path / "again.pt")


def test_an_archive_packed_again_without_compression_is_read(tmp_path: Path) -> None:
    assert load(repacked(tmp_path, zipfile.ZIP_STORED))


@pytest.mark.skipif(shutil.which("zip") is None, reason="needs zip")
def test_what_zip_packs_as_it_is_told_to_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(repacked(tmp_path, zipfile.ZIP_DEFLATED)) as file:
        file.extractall(tmp_path)
    subprocess.run(["zip", "-q", "-0", "-r", "n.pt", "unpacked"], cwd=tmp_path, check=True)
    assert load(tmp_path / "n.pt")
