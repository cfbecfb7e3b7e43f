"""What fits: images, batches, memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mlcore import fitting
from mlcore.config import RunConfig
from mlcore.errors import SettingsError
from mlcore.fitting import check_memory, check_sizes, machine_memory, memory_needed

MNIST = (60_000, 10_000)
GIGABYTE = 10**9


def config(**values: Any) -> RunConfig:
    return RunConfig.from_flat({name.replace("__", "."): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"data__validation": 1_000}, "`data.validation` must leave images to train on"),
        ({"data__train_limit": 50, "data__validation": 50}, "`data.validation` must leave images"),
        ({"data__drop_last": True, "data__batch_size": 1_001}, "`data.batch_size` must be at most"),
        (
            {"model__batch_norm": True, "data__batch_size": 1},
            "but got 1: take larger batches, or turn batch norm off.",
        ),
        (
            {"model__batch_norm": True, "data__batch_size": 1, "data__drop_last": True},
            "but got 1: take larger batches, or turn batch norm off.",
        ),
        (
            {"model__batch_norm": True, "data__batch_size": 999},
            "turn `data.drop_last` on or choose another",
        ),
        ({"model__batch_norm": True, "data__train_limit": 1}, "train on more images"),
    ],
)
def test_sizes_that_contradict_each_other_say_what_would_fit(
    values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        check_sizes(config(**values), 1_000)
    assert sentence in str(refused.value)
    assert str(refused.value).count("drop_last") == 0 or "batch_size` 1" not in str(refused.value)


def test_an_edit_is_not_told_to_change_what_is_fixed() -> None:
    with pytest.raises(SettingsError, match=r"batches of 999: choose another `data.batch_size`\."):
        fitting.check_batches(config(model__batch_norm=True, data__batch_size=999), 1_000, 1_000)


def test_what_fits_is_not_refused() -> None:
    check_sizes(config(data__drop_last=True, data__batch_size=1_000), 1_000)
    check_sizes(config(model__batch_norm=True, data__batch_size=2), 1_000)
    check_memory(RunConfig(), 10, MNIST, 512 * 2**20)
    check_memory(config(model__hidden=(4096, 4096), data__batch_size=8192), 10, MNIST, 2 * GIGABYTE)


@pytest.mark.parametrize(
    ("values", "limit", "sentence"),
    [
        (
            {"model__hidden": (16_384,) * 32},
            8 * GIGABYTE,
            r"`model.hidden` .* about 101\.4 GB of memory, .* 8\.0",
        ),
        (
            {"model__hidden": (4096,), "data__batch_size": 60_000, "model__dropout": 0.5},
            GIGABYTE,
            "batch_si",
        ),
        (
            {"data__name": "emnist_digits"},
            GIGABYTE // 2,
            "`data.train_limit` must be lower, or `data.store` uin",
        ),
    ],
)
def test_what_the_memory_cannot_hold_is_refused_with_the_estimate(
    values: dict[str, Any], limit: int, sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        check_memory(config(**values), 10, (240_000, 40_000), limit)


def test_optimizers_that_keep_more_need_more() -> None:
    needed = {
        name: memory_needed(config(optim__name=name), 10, MNIST)[0]
        for name in ("sgd", "rmsprop", "adam")
    }
    assert needed["sgd"] < needed["rmsprop"] < needed["adam"]
    assert memory_needed(config(optim__momentum=0.9), 10, MNIST)[0] == needed["rmsprop"]


def test_a_container_may_have_less_than_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machine_memory() > 100 * 2**20
    (tmp_path / "memory.max").write_text("123456\n")
    monkeypatch.setattr(fitting, "_CGROUPS", tmp_path)
    if Path("/proc/self/cgroup").exists():
        assert machine_memory() == 123_456
    (tmp_path / "memory.max").write_text("max\n")
    assert machine_memory() > 100 * 2**20


MEASURE = """
import json, sys, torch
from pathlib import Path
from mlcore import checkpoint
from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.trainer import Trainer
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
def train(flat):
    config = RunConfig.from_flat(flat)
    data = load(config.data, 0)
    trainer = Trainer(config, data, device=torch.device("cpu"))
    for _ in trainer.events():
        pass
    about = {key: getattr(data, key) for key in ("name", "fingerprint", "mean", "std", "classes")}
    checkpoint.save(Path(sys.argv[2]), trainer.snapshot(), about)
torch.set_num_threads(1)
flat = json.loads(sys.argv[1])
train(flat | {"model.hidden": [8], "data.train_limit": 64, "data.batch_size": 64})
before = peak()
train(flat)
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
@pytest.mark.parametrize(
    "values",
    [
        {"model.hidden": [4096, 3072], "data.train_limit": 128},
        {"model.hidden": [4096, 3072], "data.train_limit": 128, "optim.name": "adam"},
        {"model.hidden": [2048] * 4, "data.batch_size": 1_400, "model.dropout": 0.5},
    ],
    ids=str,
)
def test_the_estimate_is_near_what_a_training_takes(values: dict[str, Any], tmp_path: Path) -> None:
    flat = {"data.name": "digits", "train.epochs": 1, "train.device": "cpu", **values}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, json.dumps(flat), str(tmp_path / "a.pt")],
        capture_output=True,
        text=True,
        check=True,
    )
    needed = sum(memory_needed(RunConfig.from_flat(flat), 10, (1_437, 360)))
    assert 0.6 < int(done.stdout) / needed < 1.4, (int(done.stdout), needed)
