"""Strangers' files: no code runs, no process dies, little memory and time, one sentence."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from checkpoint_corpus import object_bombs
from checkpoint_corpus.hostile import corpus
from checkpoint_corpus.watch import MEMORY, SECONDS, WALL, linux, read_all

from mlcore.checkpoint import load
from mlcore.errors import CheckpointError


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Name in the corpus → what became of the file."""
    folder = tmp_path_factory.mktemp("corpus")
    paths = {}
    endings = (".pt", ".pth", ".safetensors", ".bin", "")  # a name must not matter
    for number, (name, data) in enumerate(corpus(folder / "ran").items()):
        paths[name] = folder / f"{number}{endings[number % len(endings)]}"
        paths[name].write_bytes(data)
    found = read_all(folder, paths.values())
    assert not (folder / "ran").exists(), "a file ran its code"
    return {name: found[str(path)] for name, path in paths.items()}


@linux
def test_the_corpus_is_large(results: dict[str, dict[str, Any]]) -> None:
    assert len(results) >= 200


@linux
def test_every_file_is_refused_with_our_error(results: dict[str, dict[str, Any]]) -> None:
    other = {
        n: (r["outcome"], r["message"]) for n, r in results.items() if r["outcome"] != "refused"
    }
    assert not other


REASONS = {
    "code in a state dict": "system`, which a checkpoint never needs; it was not run",
    "bytearray of half a gigabyte": "an object of type bytearray, no state dict",
    "deflated tensor": "is compressed",
    "terabytes by stride 0": "over 1 stored numbers",
    "storage that claims 8 GB": "claims 12,845,056 float32 numbers, but 4 bytes",
    "legacy storage that claims 8 GB": "tensors end at byte",
    "tuples, deeply nested": "nested more than",
    "key, deeply nested": "where a tensor should be",
    "references to references": "stands for more than",
    "keys that collide": "where a tensor should be",
    "endless steps": "more than 400,000 steps",
    "zip with overlapping members": "overlap",
    "zip with a flipped bit in a tensor": "checksum of tensor",
    "zip that lacks a tensor's numbers": "lacks the numbers",
    "zip with a path out of the folder": "lacks the numbers",
    "zip with too short a tensor": "but 8 bytes are stored",
    "zip of a big-endian machine": "byte order",
    "plain pickle": "plain Python pickle",
    "legacy with a lying count": "6,276 bytes are stored",
    "legacy with bytes behind it": "tensors end at byte",
    "legacy that lacks a tensor": "lacks the numbers",
    "safetensors: header of 8 EB": "claims 9,223,372,036,854,775,807 bytes",
    "safetensors: header longer than the file": "cut short",
    "safetensors: header nested deeply": "no JSON",
    "safetensors: header with a key twice": "no JSON",
    "safetensors: entries that overlap": "overlaps another",
    "safetensors: settings of another model": r"speak of hidden layers \[128\]",
    "safetensors cut after 60 bytes": "cut short",
    "JSON text": "is text",
    "value: NaN": "`fc1.bias` holds NaN",
    "value: float64 beyond float32": "NaN or infinity",
    "value: sparse": "sparse tensor",
    "value: quantised": "quantised tensor",
    "value: meta": "meta tensor",
    "value: expanded": "over 1 stored numbers",
    "value: NumPy array": r"torch.from_numpy\(array\)",
    "model with: convolutions": "`0` is a convolution",
    "model with: an autoencoder": "autoencoder",
    "model with: a generator of images, deep": "as an autoencoder or a generator",
    "model with: a generator of images, small": "as an autoencoder or a generator",
    "model with: a generator of images, batch norm": "as an autoencoder or a generator",
    "model with: a generator of images, no biases": "as an autoencoder or a generator",
    "model with: a generator of images, one layer": "as an autoencoder or a generator",
    "model with: a generator of images, safetensors": "as an autoencoder or a generator",
    "model with: a generator of images, our names": "as an autoencoder or a generator",
    "model with: a matrix that may be one of a generator": "as an autoencoder or a generator",
    "model with: a key without a layer": r"`scale` \(shape 4\) is named as no layer's weight is",
    "model with: a single output": "discriminator",
    "model with: two models": "2 models \\(`online`, `target`\\)",
    "model with: layers that may follow one another in any order": "in several orders",
    "model with: layer norm": "LayerNorm",
    "model with: group norm": "GroupNorm",
    "model with: PReLU": "PReLU",
    "model with: PReLU made last": "PReLU",
    "model with: an optimizer alone": "optimizer's state dict and no model's",
    "model with: an optimizer under its key": "optimizer's state dict and no model's",
    "model with: a history alone": "holds `loss` and `accuracy` and no model",
    "model with: an adapter": "LoRA",
    "model with: a variational autoencoder": "autoencoder",
    "model with: attention": "attention",
    "model with: an LSTM": "LSTM",
    "model with: a GRU": "GRU",
    "model with: a bias of another size": "shape 5, where its layer needs 4",
    "model with: a missing layer": "lacks `fc2.weight`",
    "full: with too few classes": "names 1 classes",
    "full: with a std of 0": "mean or std",
    "full: with an average of another shape": "shape 2 instead of 4×784",
    "full: with a plateau whose best is NaN": "nan as `schedule.best`",
    "full: with more epochs than any run": "as `epoch`",
    "full: with a random state of zeros": "random state",
}


@linux
@pytest.mark.parametrize("name", REASONS)
def test_a_refusal_names_what_is_wrong(results: dict[str, dict[str, Any]], name: str) -> None:
    assert re.search(REASONS[name], results[name]["message"]), results[name]["message"]


@linux
def test_every_refusal_is_one_printable_sentence(results: dict[str, dict[str, Any]]) -> None:
    for name, result in results.items():
        message = result["message"]
        assert re.fullmatch(r"[A-Z`].{20,500}[.]", message), (name, message)
        assert message.isprintable(), (name, message)


@linux
def test_no_file_runs_code_opens_others_or_maps_memory(results: dict[str, dict[str, Any]]) -> None:
    assert not {name: result["events"] for name, result in results.items() if result["events"]}


@linux
def test_no_file_takes_much_memory(results: dict[str, dict[str, Any]]) -> None:
    assert not {n: r["growth"] for n, r in results.items() if r["growth"] > MEMORY}


@linux
def test_no_file_takes_long(results: dict[str, dict[str, Any]]) -> None:
    assert not {n: r["seconds"] for n, r in results.items() if r["seconds"] > SECONDS}
    assert not {n: r["wall"] for n, r in results.items() if r["wall"] > WALL}


BESIDE_TOO_LARGE = {"many empty objects of many classes"}
"""What asks for more than the whole file may, so that what comes after it is not read."""


@linux
def test_objects_that_ask_for_much_leave_the_model_beside_them_readable(tmp_path: Path) -> None:
    files = object_bombs.files()
    paths = {name: tmp_path / f"{number}.pt" for number, name in enumerate(files)}
    for name, path in paths.items():
        path.write_bytes(files[name])
    found = dict(zip(files, read_all(tmp_path, paths.values()).values(), strict=True))
    assert {n for n, r in found.items() if r["outcome"] != "loaded"} == BESIDE_TOO_LARGE
    assert not {n: r["events"] for n, r in found.items() if r["events"]}
    assert not {n: r["growth"] for n, r in found.items() if r["growth"] > MEMORY}
    assert not {n: r["seconds"] for n, r in found.items() if r["seconds"] > SECONDS}


@linux
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    (tmp_path / "folder.pt").mkdir()
    (tmp_path / "link.pt").symlink_to(tmp_path / "nowhere")
    for path in ("pipe.pt", "folder.pt", "link.pt", "missing.pt"):
        with pytest.raises(CheckpointError):
            load(tmp_path / path)
    with pytest.raises(CheckpointError, match="no regular file"):
        load("/dev/zero")
    with pytest.raises(CheckpointError):
        load("null\0byte.pt")
