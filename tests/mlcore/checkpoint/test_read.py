"""Good files of every form are read, whatever their name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoint_corpus.good import DATA, mlp, saved, snapshot, tutorial, weights
from safetensors.torch import save as to_safetensors
from torch import nn

from mlcore.checkpoint import build_model, load
from mlcore.checkpoint.format import Checkpoint
from mlcore.checkpoint.write import full_tree
from mlcore.config import ModelConfig, OptimConfig, RunConfig
from mlcore.errors import CheckpointError

OPTIMIZERS = [
    OptimConfig(),
    OptimConfig(momentum=0.9, nesterov=True),
    OptimConfig(name="adam", schedule="cosine"),
    OptimConfig(name="adamw", schedule="one_cycle"),
    OptimConfig(name="rmsprop", momentum=0.5, schedule="step"),
    OptimConfig(name="rmsprop", schedule="one_cycle"),
    OptimConfig(name="adagrad", schedule="plateau"),
]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Checkpoint]:
    """Write bytes under a name and load them."""

    def through(data: bytes, name: str = "file.bin", **kind: Any) -> Checkpoint:
        (tmp_path / name).write_bytes(data)
        return load(tmp_path / name, **kind)

    return through


def same(one: Any, other: Any) -> bool:
    return set(one) == set(other) and all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("hidden", [(), (5,), (6, 5, 4)])
def test_a_bare_state_dict_tells_its_architecture(
    read: Any, hidden: tuple[int, ...], batch_norm: bool, legacy: bool
) -> None:
    batch_norm = batch_norm and bool(hidden)
    state = mlp(*hidden, batch_norm=batch_norm).state_dict()
    found = read(saved(state, legacy=legacy), "weights.safetensors")
    assert (found.form, found.container) == ("weights", "legacy" if legacy else "zip")
    assert (found.model_config.hidden, found.model_config.batch_norm) == (hidden, batch_norm)
    assert same(found.model, state)
    assert found.state is None
    assert any("mean 0.5" in str(notice) for notice in found.assumed)


@pytest.mark.parametrize("optim", OPTIMIZERS, ids=lambda o: f"{o.name}-{o.schedule}")
def test_a_full_checkpoint_gives_back_the_snapshot(read: Any, optim: OptimConfig) -> None:
    config = RunConfig(model=ModelConfig(hidden=(4, 3), batch_norm=True), optim=optim)
    before = snapshot(config)
    found = read(saved(full_tree(before, DATA)))
    assert found.form == "full"
    assert found.config == config
    assert (found.epoch, found.step, found.loss) == (0, 2, 2.3)
    assert found.data == DATA
    assert not found.assumed
    assert not found.warnings
    state = dict(found.state)
    assert same(state.pop("model"), before.pop("model"))
    assert torch.equal(state.pop("rng_cpu"), before.pop("rng_cpu"))
    optimizers = state.pop("optimizer"), before.pop("optimizer")
    assert optimizers[0]["param_groups"] == optimizers[1]["param_groups"]
    for index, kept in optimizers[1]["state"].items():
        for key, value in kept.items():
            again = optimizers[0]["state"][index][key]
            assert again is value is None or torch.equal(again, value)
    assert state == before


@pytest.mark.parametrize("legacy", [False, True])
def test_the_tutorials_dictionary_can_be_resumed(read: Any, legacy: bool) -> None:
    found = read(saved(tutorial(), legacy=legacy))
    assert (found.form, found.epoch, found.loss) == ("tutorial", 5, 0.4)
    assert set(found.state) == {"model", "optimizer", "epoch", "loss"}
    moved = found.state["optimizer"]["state"][0]["momentum_buffer"]
    assert torch.equal(moved, tutorial()["optimizer_state_dict"]["state"][0]["momentum_buffer"])


@pytest.mark.parametrize("key", ["state_dict", "model", "net", "model_state"])
def test_other_names_for_the_model_are_known(read: Any, key: str) -> None:
    found = read(saved({key: weights(), "optimizer": tutorial()["optimizer_state_dict"]}))
    assert same(found.model, weights())
    assert found.state is not None


def test_an_optimizer_of_another_kind_is_left_out_with_a_warning(read: Any) -> None:
    model = mlp(4, 3)
    other = torch.optim.RAdam(model.parameters()).state_dict()
    found = read(saved({"model": model.state_dict(), "optimizer": other, "args": [1, 2]}))
    assert found.state is None
    assert any("optimizer" in str(notice) for notice in found.warnings)
    assert any("`args`" in str(notice) for notice in found.warnings)


def test_a_tensor_as_loss_and_epoch_is_a_number(read: Any) -> None:
    found = read(
        saved(tutorial(loss=torch.tensor(0.25, requires_grad=True), epoch=torch.tensor(3)))
    )
    assert (found.loss, found.epoch) == (0.25, 3)


def test_a_loss_that_is_not_finite_is_left_out_with_a_warning(read: Any) -> None:
    found = read(saved(tutorial(loss=float("nan"))))
    assert found.loss is None
    assert any("not finite" in str(notice) for notice in found.warnings)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_prefixes_of_wrappers_are_dropped(read: Any, prefix: str) -> None:
    state = {f"{prefix}{name}": tensor for name, tensor in weights().items()}
    assert same(read(saved(state)).model, weights())


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])
def test_other_precisions_become_float32(read: Any, dtype: torch.dtype, form: str) -> None:
    state = {name: tensor.to(dtype) for name, tensor in weights(64, 32).items()}
    data = to_safetensors(state) if form == "safetensors" else saved(state, legacy=form == "legacy")
    found = read(data)
    assert found.container == form
    assert same(found.model, {name: tensor.float() for name, tensor in state.items()})
    assert any("converted to float32" in str(notice) for notice in found.warnings)


def test_parameters_and_transposed_matrices_are_read(read: Any) -> None:
    state = weights(batch_norm=True)
    odd = {name: nn.Parameter(v) if v.is_floating_point() else v for name, v in state.items()}
    odd["fc1.weight"] = state["fc1.weight"].t().contiguous().t()
    assert not odd["fc1.weight"].is_contiguous()
    assert same(read(saved(odd)).model, state)


def views_of_one_storage(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same numbers, each tensor a piece of one long vector, the matrices transposed in it."""
    flat = torch.cat(
        [tensor.t().flatten() if tensor.ndim > 1 else tensor for tensor in state.values()]
    )
    parts = flat.split([tensor.numel() for tensor in state.values()])
    shaped = [part.view(t.shape[::-1]).t() for part, t in zip(parts, state.values(), strict=True)]
    return dict(zip(state, shaped, strict=True))


@pytest.mark.parametrize("legacy", [False, True])
def test_views_of_one_storage_are_read_as_tensors_of_their_own(read: Any, legacy: bool) -> None:
    state = weights(8, 8)
    state |= {"fc1.bias": torch.rand(20)[::2][2:], "fc2.bias": torch.rand(100)[50:58]}
    for odd in (state, views_of_one_storage(state)):
        found = read(saved(odd, legacy=legacy))
        assert same(found.model, state)
        assert len({tensor.data_ptr() for tensor in found.model.values()}) == len(state)


def test_views_count_against_the_limit_as_often_as_they_are_read(read: Any) -> None:
    wide = torch.rand(784 * 784)
    square = {f"{n}.{k}": wide[: 784 * 784].view(784, 784) for n in range(9) for k in ("weight",)}
    with pytest.raises(CheckpointError, match="more memory"):
        read(
            saved({"model_state_dict": weights(), "optimizer_state_dict": square}), max_bytes=2**23
        )


@pytest.mark.parametrize("wrap", ["", "linear_relu_stack.", "module.net."])
@pytest.mark.parametrize("form", ["zip", "safetensors"])
def test_the_layers_of_a_sequential_are_taken_in_order(read: Any, wrap: str, form: str) -> None:
    layers = [nn.Flatten(), nn.Linear(784, 8)]
    for _ in range(10):  # "2" must come before "10"
        layers += [nn.ReLU(), nn.Linear(8, 8)]
    net = nn.Sequential(*layers, nn.ReLU(), nn.Linear(8, 10), nn.LogSoftmax(1))
    state = {f"{wrap}{name}": tensor for name, tensor in net.state_dict().items()}
    found = read(to_safetensors(state) if form == "safetensors" else saved(state))
    images = torch.randn(3, 784)
    assert torch.equal(build_model(found)(images), net(images))
    assert any("file's order" in str(notice) for notice in found.assumed)


def test_safetensors_carry_settings_and_data(read: Any, tmp_path: Path) -> None:
    from mlcore.checkpoint import save_safetensors

    full = read(saved(full_tree(snapshot(), DATA)))
    save_safetensors(tmp_path / "model.pt", full)
    found = load(tmp_path / "model.pt")
    assert found.form == "safetensors"
    for name in ("config", "data", "epoch", "step", "loss", "versions", "model_config"):
        assert getattr(found, name) == getattr(full, name)
    assert same(found.model, full.model)


def test_a_built_model_predicts_and_draws_no_random_number(read: Any) -> None:
    net = mlp(4, 3, batch_norm=True)
    found = read(saved(net.state_dict()))
    torch.manual_seed(7)
    state = torch.get_rng_state()
    again = build_model(found)
    assert torch.equal(state, torch.get_rng_state())
    assert [name for name, _ in again.named_parameters()] == [n for n, _ in net.named_parameters()]
    assert all(weight.requires_grad for weight in again.parameters())
    images = torch.randn(5, 784)
    assert torch.equal(again.eval()(images), net.eval()(images))


def test_a_model_for_cross_entropy_gives_logits(read: Any) -> None:
    before = snapshot()
    before["config"]["train"]["loss"] = "cross_entropy"
    assert not build_model(read(saved(full_tree(before, DATA)))).log_probabilities


def test_files_and_tensors_beyond_the_limit_are_refused(read: Any) -> None:
    data = saved({name: tensor.half() for name, tensor in weights(64).items()})
    assert read(data, max_bytes=2 * len(data))
    with pytest.raises(CheckpointError, match="at most"):
        read(data, max_bytes=len(data) - 1)
    with pytest.raises(CheckpointError, match="more memory"):
        read(data, max_bytes=len(data) + 100)


def test_the_file_may_be_replaced_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    path.write_bytes(saved(weights()))
    found = load(path)
    path.write_bytes(b"")
    assert same(found.model, weights())


@pytest.mark.cuda
def test_a_checkpoint_is_put_on_another_device(read: Any) -> None:
    found = read(saved(weights()), map_location="cuda")
    assert all(tensor.is_cuda for tensor in found.model.values())
    on_device = {name: tensor.cuda() for name, tensor in weights().items()}
    assert same(read(saved(on_device)).model, weights())


@pytest.mark.parametrize("start", [b"\x80\x05", b"\x80\x02", b"PK"])
def test_a_safetensors_file_is_known_whatever_the_length_of_its_header(
    read: Any, start: bytes
) -> None:
    state = {"fc1.weight": torch.rand(10, 784), "fc1.bias": torch.rand(10)}
    plain = int.from_bytes(to_safetensors(state, metadata={"pad": ""})[:8], "little")
    pad = "x" * (int.from_bytes(start, "little") - plain)
    data = to_safetensors(state, metadata={"pad": pad})
    assert data.startswith(start)
    assert torch.equal(read(data).model["fc1.bias"], state["fc1.bias"])
