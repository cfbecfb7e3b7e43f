"""Through a file and back: any state is kept, and training goes on to the last bit."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoint_corpus.good import DATA, mlp, saved
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save as to_safetensors

from mlcore.checkpoint import build_model, load, save
from mlcore.commands import RunSteps, Stop
from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.data.tensors import Dataset
from mlcore.data.tensors import load as load_data
from mlcore.trainer import Trainer

once = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
widths = st.lists(st.integers(1, 9), max_size=4).map(tuple)


@settings(once, max_examples=40)
@given(
    hidden=widths,
    outputs=st.integers(2, 12),
    batch_norm=st.booleans(),
    dtype=st.sampled_from([torch.float32, torch.float64, torch.float16, torch.bfloat16]),
    prefix=st.sampled_from(["", "module.", "_orig_mod."]),
    form=st.sampled_from(["zip", "legacy", "safetensors"]),
)
def test_any_small_model_goes_through_any_form(
    tmp_path: Path,
    hidden: tuple[int, ...],
    outputs: int,
    batch_norm: bool,
    dtype: torch.dtype,
    prefix: str,
    form: str,
) -> None:
    net = mlp(*hidden, outputs=outputs, batch_norm=batch_norm).to(dtype)
    state = {f"{prefix}{name}": tensor for name, tensor in net.state_dict().items()}
    data = to_safetensors(state) if form == "safetensors" else saved(state, legacy=form == "legacy")
    (tmp_path / "a.bin").write_bytes(data)
    found = load(tmp_path / "a.bin")
    assert (found.model_config.hidden, found.outputs) == (hidden, outputs)
    again = build_model(found).state_dict()
    assert list(again) == list(net.state_dict())
    assert all(torch.equal(again[n], v.to(again[n].dtype)) for n, v in net.state_dict().items())


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_data(DataConfig(name="digits", train_limit=120, validation=40, batch_size=16), 0)


configs = st.builds(
    RunConfig,
    data=st.builds(
        DataConfig,
        name=st.just("digits"),
        train_limit=st.just(120),
        validation=st.just(40),
        batch_size=st.sampled_from([16, 33]),
        drop_last=st.booleans(),
    ),
    model=st.builds(
        ModelConfig,
        hidden=st.just((6,)),
        batch_norm=st.booleans(),
        dropout=st.sampled_from([0, 0.3]),
    ),
    optim=st.one_of(
        st.builds(
            OptimConfig,
            name=st.sampled_from(["sgd", "rmsprop"]),
            momentum=st.just(0.9),
            schedule=st.sampled_from(["constant", "one_cycle", "step"]),
        ),
        st.builds(
            OptimConfig,
            name=st.sampled_from(["adam", "adamw", "adagrad"]),
            schedule=st.sampled_from(["constant", "cosine", "plateau"]),
            clip_norm=st.sampled_from([0.0, 0.5]),
        ),
    ),
    train=st.builds(TrainConfig, epochs=st.just(3), patience=st.sampled_from([0, 2])),
)


def finished(trainer: Trainer) -> tuple[Any, dict[str, Any]]:
    *_, last = trainer.events()
    return last, trainer.model.state_dict()


@settings(once, max_examples=8)
@given(config=configs, stop=st.integers(0, 16))
def test_going_on_from_a_file_equals_never_having_stopped(
    tmp_path: Path, digits: Dataset, config: RunConfig, stop: int
) -> None:
    end, weights = finished(Trainer(config, digits))
    first = Trainer(
        config, digits, commands=lambda: [Stop()] if first.step >= stop else [RunSteps(count=stop)]
    )
    for _ in first.events():
        pass
    save(tmp_path / "full.pt", first.snapshot(), DATA)
    torch.manual_seed(99)  # what the process did meanwhile does not matter
    again, more = finished(Trainer(RunConfig(), digits, state=load(tmp_path / "full.pt").state))
    assert (again.step, again.epoch, again.test_loss) == (end.step, end.epoch, end.test_loss)
    assert all(torch.equal(weights[name], more[name]) for name in weights)


def test_a_saved_file_is_the_same_each_time(tmp_path: Path, digits: Dataset) -> None:
    trainer = Trainer(RunConfig(data=DataConfig(name="digits", train_limit=120)), digits)
    save(tmp_path / "a.pt", trainer.snapshot(), DATA)
    one = torch.load(io.BytesIO((tmp_path / "a.pt").read_bytes()), weights_only=True)
    save(tmp_path / "a.pt", load(tmp_path / "a.pt").state or {}, DATA)
    two = torch.load(tmp_path / "a.pt", weights_only=True)
    assert list(one) == list(two)
    assert one["config"] == two["config"]
    assert torch.equal(one["trainer"]["rng_cpu"], two["trainer"]["rng_cpu"])
