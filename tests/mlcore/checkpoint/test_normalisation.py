"""A normalisation that a file names beside its model, or in it, is taken as its own."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from checkpoint_corpus.good import saved, tutorial, weights
from safetensors.torch import save as to_safetensors

from mlcore.checkpoint import inspect, load
from mlcore.checkpoint.format import Checkpoint
from mlcore.checkpoint.suggest import plan_resume, suggest
from mlcore.config import RunConfig


def read(folder: Path, data: bytes) -> Checkpoint:
    (folder / "file.pt").write_bytes(data)
    return load(folder / "file.pt")


def words(found: Checkpoint) -> str:
    return " ".join(map(str, (*found.assumed, *found.warnings)))


NAMED = {
    "numbers": tutorial(mean=0.25, std=0.5),
    "tuples": tutorial(mean=(0.25,), std=[0.5]),
    "NumPy numbers": tutorial(mean=np.float32(0.25), std=np.float64(0.5)),
    "tensors": tutorial(mean=torch.tensor(0.25), std=torch.tensor([[0.5]])),
    "text": tutorial(mean="0.25", std="(0.5,)"),
    "beside a flat state dict": {**weights(), "mean": 0.25, "std": 0.5},
    "buffers": {"mean": torch.tensor([0.25]), "std": torch.tensor([0.5]), **weights()},
    "buffers of a module": {
        **{f"net.{name}": tensor for name, tensor in weights().items()},
        "net.norm.mean": torch.full((1, 1, 1), 0.25).double(),
        "net.norm.std": torch.full((1, 1, 1), 0.5),
    },
    "around the model": {"model": {"state_dict": weights()}, "mean": 0.25, "std": 0.5},
}


@pytest.mark.parametrize("name", NAMED)
def test_it_is_taken_and_said(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, saved(NAMED[name]))
    assert (found.mean, found.std, found.normalisation_stated) == (0.25, 0.5, True)
    assert "Normalisation: mean 0.25, std 0.5, as the file names them." in words(found)
    assert "Not used" not in words(found)
    assert inspect(tmp_path / "file.pt")["normalisation_named"]
    plan = plan_resume(suggest(found), RunConfig(), {})
    assert (plan.config.data.mean, plan.config.data.std) == (0.25, 0.5)


def test_the_metadata_of_safetensors_name_it_too(tmp_path: Path) -> None:
    found = read(tmp_path, to_safetensors(weights(), {"mean": "0.25", "std": " 5e-1"}))
    assert (found.mean, found.std, found.normalisation_stated) == (0.25, 0.5, True)
    found = read(tmp_path, to_safetensors(weights(), {"mean": "0.25"}))
    assert (found.mean, found.normalisation_stated) == (0.5, False)


def test_what_a_person_says_counts_more(tmp_path: Path) -> None:
    found = read(tmp_path, saved(NAMED["numbers"]))
    for said in ({"mean": 0.0}, {"mean": 0.0, "std": 1.0}):
        assert "as the file names them" not in words(found.assuming(said))
        assert found.assuming(said).mean == 0.0


@pytest.mark.parametrize(
    ("mean", "std", "said"),
    [
        ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "(0.5, 0.5, 0.5) and (0.5, 0.5, 0.5)"),
        (33.3, 78.6, "33.3 and 78.6"),
        (0.5, 0.0, "0.5 and 0"),
        (0.5, -1, "0.5 and -1"),
        (math.nan, 0.5, "nan and 0.5"),
        (0.5, math.inf, "0.5 and inf"),
        (True, 0.5, "True and 0.5"),
        (torch.zeros(784), torch.ones(784), "a Tensor and a Tensor"),
        ({"a": 1}, 0.5, "a dict and 0.5"),
        (np.ones(3), 0.5, "a numpy.ndarray and 0.5"),
        (1e30, 10**400, "1e+30 and a int"),
        (None, "small", "None and 'small'"),
    ],
)
def test_what_is_no_normalisation_is_left_out_and_said(
    tmp_path: Path, mean: Any, std: Any, said: str
) -> None:
    found = read(tmp_path, saved(tutorial(mean=mean, std=std)))
    assert (found.mean, found.std, found.normalisation_stated) == (0.5, 0.5, False)
    assert f"`mean` and `std` in the file are {said}" in words(found)
    assert "Normalisation of the images: mean 0.5, std 0.5." in words(found)


@pytest.mark.parametrize(
    "tree",
    [
        tutorial(mean=0.25),
        tutorial(mean=0.25, config={"std": 0.5}),
        {**weights(), "a.mean": torch.tensor(0.25), "b.std": torch.tensor(0.5)},
        {
            **weights(),
            **{f"{k}.{n}": torch.tensor(0.25) for k in ("a", "b") for n in ("mean", "std")},
        },
    ],
)
def test_half_of_one_and_two_of_them_are_not_used(tmp_path: Path, tree: Any) -> None:
    found = read(tmp_path, saved(tree))
    assert not found.normalisation_stated
    assert "Not used" in words(found)


@pytest.mark.parametrize("mean", [0.25, 0.75])
def test_one_beside_the_model_and_another_in_it_are_not_used(tmp_path: Path, mean: float) -> None:
    state = {"mean": torch.tensor(0.25), "std": torch.tensor(0.5), **weights()}
    found = read(tmp_path, saved({"model": state, "mean": mean, "std": 0.5}))
    assert found.normalisation_stated == (mean == 0.25)
    assert ("two normalisations" in words(found)) == (mean != 0.25)
