"""Well-formed files with values that no model may have, and state dicts of other models."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn

from checkpoint_corpus.good import DATA, mlp, saved, snapshot, weights
from mlcore.checkpoint.write import full_tree
from mlcore.config import ModelConfig, OptimConfig, RunConfig


def _weights(change: Callable[[dict[str, Any]], Any], **kind: bool) -> bytes:
    state = weights(**kind)
    change(state)
    return saved(state)


def _set(name: str, value: Any, **kind: bool) -> bytes:
    return _weights(lambda state: state.update({name: value}), **kind)


def _full(change: Callable[[dict[str, Any]], Any]) -> bytes:
    tree = full_tree(snapshot(), DATA)
    change(tree)
    return saved(tree)


def _plateau(name: str, value: Any) -> bytes:
    """A full checkpoint with a plateau schedule that remembers this."""
    config = RunConfig(
        model=ModelConfig(hidden=(4, 3)), optim=OptimConfig(name="adam", schedule="plateau")
    )
    tree = full_tree(snapshot(config), DATA)
    tree["trainer"]["schedule"][name] = value
    return saved(tree)


def _inner(*path: Any, value: Any) -> bytes:
    """A full checkpoint with one value, somewhere inside it, replaced."""

    def change(tree: Any) -> None:
        *way, last = path
        for key in way:
            tree = tree[key]
        tree[last] = value

    return _full(change)


def _bad(value: float) -> Tensor:
    bias = torch.zeros(4)
    bias[2] = value
    return bias


def files() -> dict[str, bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls sparse and quantised tensors unfinished
        quantised = torch.quantize_per_tensor(torch.zeros(4), 0.1, 0, torch.qint8)
        compressed = torch.zeros(4, 784).to_sparse_csr()
    shared = torch.zeros(16)
    nan, inf = float("nan"), float("inf")
    trained = ("optimizer_state_dict", "state", 0)
    group = ("optimizer_state_dict", "param_groups", 0)
    kinds = {
        "NaN": _set("fc1.bias", _bad(nan)),
        "infinity": _set("fc1.bias", _bad(inf)),
        "minus infinity": _set("fc1.bias", _bad(-inf)),
        "NaN, legacy": saved({**weights(), "fc1.bias": _bad(nan)}, legacy=True),
        "NaN, safetensors": to_safetensors({**weights(), "fc1.bias": _bad(nan)}),
        "float64 beyond float32": _set("fc1.bias", torch.full((4,), 1e300, dtype=torch.float64)),
        "integers": _set("fc1.bias", torch.zeros(4, dtype=torch.int64)),
        "bytes": _set("fc1.bias", torch.zeros(4, dtype=torch.uint8)),
        "truths": _set("fc1.bias", torch.zeros(4, dtype=torch.bool)),
        "complex": _set("fc1.bias", torch.zeros(4, dtype=torch.complex64)),
        "meta": _set("fc1.bias", torch.zeros(4, device="meta")),
        "sparse": _set("fc1.weight", torch.zeros(4, 784).to_sparse()),
        "sparse rows": _set("fc1.weight", compressed),
        "quantised": _set("fc1.bias", quantised),
        "8-bit floats": _set("fc1.bias", torch.zeros(4).to(torch.float8_e4m3fn)),
        "expanded": _set("fc1.weight", torch.zeros(1).expand(4, 784)),
        "same numbers twice": _weights(
            lambda s: s.update(dict.fromkeys(("fc1.bias", "bn1.bias"), shared[:4].clone()))
        ),
        "Python list": _set("fc1.bias", [0.0] * 4),
        "Python number": _set("fc1.bias", 0.5),
        "NumPy array": saved({**weights(), "fc1.bias": np.zeros(4)}),
        "negative variance": _set("bn1.running_var", -torch.ones(4), batch_norm=True),
        "tensor alone": saved(torch.zeros(4)),
        "list of tensors": saved([torch.zeros(4)]),
        "None": saved(None),
        "model that is None": saved({"model_state_dict": None, "epoch": 1}),
        "model that is empty": saved({"model_state_dict": {}, "epoch": 1}),
        "keys that are tuples": saved({("fc1", "weight"): torch.zeros(4)}),
        "keys that are numbers": saved({1: torch.zeros(4), 2: torch.zeros(4)}),
    }
    models = {
        "a missing weight": _weights(lambda s: s.pop("fc2.weight")),
        "a missing layer": _weights(lambda s: [s.pop(k) for k in ("fc2.weight", "fc2.bias")]),
        "a missing first layer": _weights(lambda s: [s.pop(k) for k in list(s)[:2]]),
        "an extra key": _set("fc1.scale", torch.zeros(4)),
        "an extra layer": _set("fc9.weight", torch.zeros(3, 4)),
        "a key without a layer": _set("scale", torch.zeros(4)),
        "a very long key": _set("a" * 5000, torch.zeros(4)),
        "a key with control characters": _set("\x1b[31m\n.weight", torch.zeros(4)),
        "a bias of another size": _set("fc1.bias", torch.zeros(5)),
        "a bias of two axes": _set("fc1.bias", torch.zeros(4, 1)),
        "layers that do not fit": _set("fc2.weight", torch.zeros(3, 5)),
        "images of 100 pixels": saved(nn.Linear(100, 10).state_dict()),
        "images of 100 pixels in layers": saved(nn.Sequential(nn.Linear(100, 10)).state_dict()),
        "a single output": saved(mlp(4, outputs=1).state_dict()),
        "2,000 outputs": saved(mlp(4, outputs=2000).state_dict()),
        "forty layers": saved(mlp(*[2] * 30).state_dict() | _more_layers(30, 40)),
        "convolutions": saved(nn.Sequential(nn.Conv2d(1, 8, 3), nn.Linear(784, 10)).state_dict()),
        "an LSTM": saved(nn.LSTM(28, 8).state_dict()),
        "an autoencoder": saved(mlp(4, outputs=784).state_dict()),
        "two models": saved(
            {
                f"{name}.{k}": v.clone()
                for name in ("online", "target")
                for k, v in weights().items()
            }
        ),
        "layers that may follow one another in any order": to_safetensors(
            {
                f"{name}.{field}": torch.rand(shape)
                for name, width in {"in": 784, "left": 4, "right": 4, "up": 4}.items()
                for field, shape in (("weight", (4, width)), ("bias", (4,)))
            }
        ),
        "layer norm": saved(nn.Sequential(nn.Linear(784, 8), nn.LayerNorm(8)).state_dict()),
        "group norm": saved(nn.Sequential(nn.Linear(784, 8), nn.GroupNorm(2, 8)).state_dict()),
        "PReLU": saved(nn.Sequential(nn.Linear(784, 8), nn.PReLU(), nn.Linear(8, 10)).state_dict()),
        "PReLU made last": saved({**weights(), "act.weight": torch.rand(1)}),
        "an optimizer alone": saved(torch.optim.Adam(mlp(4).parameters()).state_dict()),
        "an optimizer under its key": saved(
            {"optimizer": torch.optim.Adam(mlp(4).parameters()).state_dict(), "epoch": 1}
        ),
        "a history alone": saved({"loss": [0.5, 0.4], "accuracy": [0.7]}),
        "an adapter": saved({**weights(), "fc1.lora_A.weight": torch.rand(2, 784)}),
        "layers of its own parametrisation": saved(
            nn.utils.parametrizations.orthogonal(nn.Linear(784, 10)).state_dict()
        ),
        "a variational autoencoder": saved(
            {
                f"{name}.{field}": torch.rand(shape)
                for name, (inputs, outputs) in {
                    "fc1": (784, 9),
                    "fc21": (9, 2),
                    "fc22": (9, 2),
                    "fc3": (2, 9),
                    "fc4": (9, 784),
                }.items()
                for field, shape in (("weight", (outputs, inputs)), ("bias", (outputs,)))
            }
        ),
        **{f"a generator of images, {name}": data for name, data in _generators().items()},
        "a matrix that may be one of a generator": saved({"weight": torch.rand(784, 10)}),
        "attention": saved(nn.MultiheadAttention(8, 2).state_dict()),
        "a GRU": saved({f"rnn.{k}": v for k, v in nn.GRU(28, 8).state_dict().items()}),
        "an embedding": saved(nn.Sequential(nn.Embedding(9, 9)).state_dict()),
        "batch norm alone": saved(nn.Sequential(nn.BatchNorm1d(784)).state_dict()),
        "batch norm without its averages": _weights(
            lambda s: s.pop("bn1.running_mean"), batch_norm=True
        ),
        "an empty layer": _weights(
            lambda s: s.update({"fc1.weight": torch.zeros(0, 784), "fc1.bias": torch.zeros(0)})
        ),
    }
    full = {
        "of version 99": _inner("format_version", value=99),
        "without a step": _full(lambda t: t.pop("step")),
        "without a trainer": _full(lambda t: t.pop("trainer")),
        "with more keys": _inner("hooks", value=[]),
        "with settings that are text": _inner("config", value="RunConfig()"),
        "with an unknown setting": _inner("config", "model", "shell", value="rm"),
        "with settings out of range": _inner("config", "optim", "lr", value=-1.0),
        "with settings that are NaN": _inner("config", "optim", "lr", value=nan),
        "with settings of another model": _inner("config", "model", "hidden", value=[5]),
        "without settings": _inner("config", value=None),
        "without an epoch": _inner("epoch", value=None),
        "with a huge step": _inner("step", value=2**80),
        "with a step that is true": _inner("step", value=True),
        "with too few classes": _inner("data", "classes", value=["0"]),
        "with classes that are numbers": _inner("data", "classes", value=list(range(10))),
        "with a std of 0": _inner("data", "std", value=0.0),
        "with a mean that is NaN": _inner("data", "mean", value=nan),
        "with half a data set": _inner("data", value={"name": "mnist"}),
        "with versions that are a list": _inner("versions", value=[1]),
        "with an optimizer that is text": _inner("optimizer_state_dict", value="adam"),
        "without optimizer groups": _inner(*group[:-1], value=[]),
        "with an unknown option": _inner(*group, "hook", value="x"),
        "with a learning rate that is text": _inner(*group, "lr", value="fast"),
        "with a learning rate that is NaN": _inner(*group, "lr", value=nan),
        "with betas of three": _inner(*group, "betas", value=(0.9, 0.9, 0.9)),
        "with maximize": _inner(*group, "maximize", value=True),
        "with parameters of another model": _inner(*group, "params", value=list(range(99))),
        "with an average of another shape": _inner(*trained, "exp_avg", value=torch.zeros(2)),
        "with an average that is NaN": _inner(*trained, "exp_avg", value=torch.full((4, 784), nan)),
        "with squares below zero": _inner(*trained, "exp_avg_sq", value=-torch.ones(4, 784)),
        "with a count that is NaN": _inner(*trained, "step", value=torch.tensor(nan)),
        "without an average": _full(lambda t: t["optimizer_state_dict"]["state"][0].pop("exp_avg")),
        "of another optimizer": _inner("config", "optim", "name", value="adamw"),
        "with a plateau schedule and no memory of it": _inner(
            "config", "optim", "schedule", value="plateau"
        ),
        "with a plateau whose best is NaN": _plateau("best", nan),
        "with a plateau whose best is text": _plateau("best", "x"),
        "with a plateau whose best is a tensor": _plateau("best", torch.zeros(3)),
        "with a plateau that counts below zero": _plateau("num_bad_epochs", -1),
        "with a plateau that counts in fractions": _plateau("num_bad_epochs", 0.5),
        "with a schedule that is text": _inner("trainer", "schedule", value="x"),
        "with more epochs than any run": _inner("epoch", value=2**50),
        "with a random state of 3 bytes": _inner(
            "trainer", "rng_cpu", value=torch.zeros(3, dtype=torch.uint8)
        ),
        "with a random state of zeros": _inner(
            "trainer", "rng_cpu", value=torch.zeros(5056, dtype=torch.uint8)
        ),
        "with a random state that is text": _inner("trainer", "rng_cpu", value="x"),
        "with a position below zero": _inner("trainer", "position", value=-1),
        "with a seed that is text": _inner("trainer", "epoch_seed", value="x"),
        "with a sum that is infinite": _inner("trainer", "loss_sum", value=inf),
    }
    named = {"value": kinds, "model with": models, "full": full}
    return {f"{room}: {name}": data for room, made in named.items() for name, data in made.items()}


def _generators() -> dict[str, bytes]:
    """Models that make an image from a few numbers: the last layer looks like a turned first."""

    def made(*widths: int, norm: bool = False, bias: bool = True) -> nn.Sequential:
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(widths):
            layers += [nn.Linear(inputs, outputs, bias=bias)]
            layers += [nn.BatchNorm1d(outputs)] if norm and outputs != 784 else []
        return nn.Sequential(*layers)

    return {
        "deep": saved(made(100, 9, 12, 784).state_dict()),
        "small": saved(made(20, 9, 784).state_dict()),
        "batch norm": saved(made(100, 9, 784, norm=True).state_dict()),
        "no biases": saved(made(100, 9, 784, bias=False).state_dict()),
        "one layer": saved({"generator": made(100, 784).state_dict()}),
        "safetensors": to_safetensors(made(100, 9, 784).state_dict()),
        "our names": saved(
            {f"fc{int(n[0]) + 1}{n[1:]}": t for n, t in made(100, 9, 784).state_dict().items()}
        ),
    }


def _more_layers(start: int, stop: int) -> dict[str, Tensor]:
    more: dict[str, Tensor] = {}
    for number in range(start + 1, stop + 1):
        more |= {f"fc{number}.weight": torch.zeros(2, 2), f"fc{number}.bias": torch.zeros(2)}
    return more
