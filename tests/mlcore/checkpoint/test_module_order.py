"""A module that was pickled whole gives its own answers, or is refused by what it calls."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from checkpoint_corpus.good import saved
from checkpoint_corpus.models import Linear, Norm, Relu, Seq, ready
from torch import nn

from mlcore.checkpoint import build_model, load
from mlcore.errors import CheckpointError

READ = {
    "relu": Seq(nn.Flatten(), Linear(784, 9), Relu(), nn.Dropout(), Linear(9, 10)),
    "tanh": Seq(Linear(784, 9), nn.Tanh(), Linear(9, 9), nn.Tanh(), Linear(9, 10)),
    "an epsilon of its own": Seq(Linear(784, 9), Norm(9, eps=0.1), Relu(), Linear(9, 10)),
    "a tiny epsilon": Seq(Linear(784, 9), Norm(9, eps=1e-9), Relu(), Linear(9, 10)),
    "an epsilon behind": Seq(Linear(784, 9), Relu(), Norm(9, eps=0.1), Linear(9, 10)),
    "dropout before batch norm": Seq(Linear(784, 9), nn.Dropout(), Norm(9), Relu(), Linear(9, 10)),
    "data parallel": nn.DataParallel(Seq(Linear(784, 9), Norm(9, eps=0.1), Relu(), Linear(9, 10))),
}
REFUSED = {
    "the LayerNorm `1` is no part": Seq(
        Linear(784, 9), nn.LayerNorm(9, elementwise_affine=False), Relu(), Linear(9, 10)
    ),
    "the InstanceNorm1d `1`": Seq(Linear(784, 9), nn.InstanceNorm1d(9), Relu(), Linear(9, 10)),
    "the Tanh `3` is not the activation": Seq(
        Linear(784, 9), Relu(), Linear(9, 9), nn.Tanh(), Linear(9, 10)
    ),
    "the Linear `1` stands right behind": Seq(Linear(784, 9), Linear(9, 10)),
    "the ReLU `0` does not stand between": Seq(Relu(), Linear(784, 9), Relu(), Linear(9, 10)),
    "the ReLU `3` does not stand between": Seq(Linear(784, 9), Relu(), Linear(9, 10), Relu()),
    "the BatchNorm1d `1` keeps no averages": Seq(
        Linear(784, 9), Norm(9, affine=False, track_running_stats=False), Relu(), Linear(9, 10)
    ),
}


@pytest.mark.parametrize("name", READ)
def test_a_pickled_module_gives_its_own_answers(tmp_path: Path, name: str) -> None:
    net, images = ready(READ[name]), torch.randn(16, 784)
    (tmp_path / "model.pt").write_bytes(saved(net))
    found = load(tmp_path / "model.pt")
    with torch.no_grad():
        ours, original = build_model(found).eval().logits(images), net(images)
    torch.testing.assert_close(ours, original, rtol=1e-5, atol=2e-6)
    assert bool((found.model.get("bn1.running_var", torch.ones(1)) >= 0).all())


@pytest.mark.parametrize("words", REFUSED)
def test_what_no_model_here_calls_is_named(tmp_path: Path, words: str) -> None:
    (tmp_path / "model.pt").write_bytes(saved(REFUSED[words]))
    with pytest.raises(CheckpointError, match=words):
        load(tmp_path / "model.pt")
