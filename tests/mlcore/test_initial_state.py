"""A run from a stock file goes on as stock torch would, to the last bit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim

from mlcore.checkpoint import load
from mlcore.checkpoint.suggest import plan_resume, suggest
from mlcore.config import RunConfig
from mlcore.data.tensors import load as load_data
from mlcore.initial_state import initial_state_from, takes_along
from mlcore.trainer import Trainer
from mlcore.trainer.feed import Feed

Make = Callable[[nn.Module], optim.Optimizer]
GIVEN = {
    "data.name": "digits", "data.train_limit": 96, "data.batch_size": 32, "train.epochs": 3,
    "train.device": "cpu",
}  # fmt: skip
OLDER = ("decoupled_weight_decay", "maximize", "foreach", "capturable", "differentiable", "fused")


def network(hidden: tuple[int, ...] = (16, 12), *, batch_norm: bool = False) -> nn.Sequential:
    torch.manual_seed(1)
    layers: list[nn.Module] = []
    width = 784
    for units in hidden:
        layers += [nn.Linear(width, units), *([nn.BatchNorm1d(units)] if batch_norm else [])]
        layers += [nn.ReLU()]
        width = units
    return nn.Sequential(*layers, nn.Linear(width, 10), nn.LogSoftmax(1))


def step(model: nn.Module, optimizer: optim.Optimizer, images: Tensor, labels: Tensor) -> float:
    optimizer.zero_grad()
    loss = nn.functional.nll_loss(model(images), labels)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


def matrices_first(model: nn.Module) -> list[dict[str, Any]]:
    return [
        {"params": [p for p in model.parameters() if (p.dim() > 1) == big]} for big in (True, False)
    ]


MAKES: dict[str, Make] = {
    "adam": lambda m: optim.Adam(m.parameters()),
    "adam, betas": lambda m: optim.Adam(m.parameters(), betas=(0.5, 0.99)),
    "adam, epsilon": lambda m: optim.Adam(m.parameters(), eps=1e-3, betas=(0.0, 0.9)),
    "adam, amsgrad": lambda m: optim.Adam(m.parameters(), amsgrad=True, weight_decay=0.01),
    "adam, foreach": lambda m: optim.Adam(m.parameters(), foreach=True),
    "adam, decoupled": lambda m: optim.Adam(
        m.parameters(), weight_decay=0.1, decoupled_weight_decay=True
    ),
    "adam, named": lambda m: optim.Adam(m.named_parameters()),
    "adam, named backwards": lambda m: optim.Adam(list(m.named_parameters())[::-1]),
    "adamw": lambda m: optim.AdamW(m.parameters(), betas=(0.8, 0.95), eps=1e-6, lr=0.003),
    "adamw, a group a weight": lambda m: optim.AdamW([{"params": [p]} for p in m.parameters()]),
    "adamw, matrices first": lambda m: optim.AdamW(matrices_first(m)),
    "sgd": lambda m: optim.SGD(m.parameters(), lr=0.05),
    "sgd, momentum": lambda m: optim.SGD(m.parameters(), lr=0.05, momentum=0.9),
    "sgd, dampening": lambda m: optim.SGD(m.parameters(), lr=0.05, momentum=0.9, dampening=0.3),
    "sgd, dampening alone": lambda m: optim.SGD(m.parameters(), lr=0.05, dampening=0.3),
    "sgd, nesterov": lambda m: optim.SGD(
        m.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.001
    ),
    "sgd, a group with a name": lambda m: optim.SGD(
        [{"params": list(m.parameters()), "name": "all"}], lr=0.05, momentum=0.5
    ),
    "rmsprop": lambda m: optim.RMSprop(m.parameters(), lr=0.002),
    "rmsprop, alpha": lambda m: optim.RMSprop(m.parameters(), lr=0.002, alpha=0.9),
    "rmsprop, centered": lambda m: optim.RMSprop(
        m.parameters(), lr=0.002, centered=True, momentum=0.9, eps=1e-5
    ),
    "adagrad": lambda m: optim.Adagrad(m.parameters(), lr=0.02),
    "adagrad, decay": lambda m: optim.Adagrad(m.parameters(), lr=0.02, lr_decay=0.1),
    "adagrad, epsilon": lambda m: optim.Adagrad(m.parameters(), lr=0.02, eps=1e-3),
    "adagrad, first sum": lambda m: optim.Adagrad(
        m.parameters(), lr=0.02, initial_accumulator_value=0.1
    ),
}


def write(
    path: Path, make: Make, change: Callable[[dict[str, Any]], Any] = lambda _: None, **more: Any
) -> nn.Module:
    """A stock file after five steps on noise; returns its model."""
    model = network(**more)
    optimizer = make(model)
    generator = torch.Generator().manual_seed(3)
    for _ in range(5):
        images = torch.rand(16, 784, generator=generator) * 2 - 1
        step(model, optimizer, images, torch.randint(0, 10, (16,), generator=generator))
    state = copy.deepcopy(optimizer.state_dict())
    change(state)
    torch.save(
        {"epoch": 1, "model_state_dict": model.state_dict(), "optimizer_state_dict": state}, path
    )
    return model


def continued(
    path: Path, monkeypatch: pytest.MonkeyPatch, **given: Any
) -> tuple[list[float], dict[str, Tensor], list[tuple[Tensor, Tensor]]]:
    """A run from the file: its losses, its weights, and the batches it was trained on."""
    plan = plan_resume(suggest(load(path)), RunConfig(), {**GIVEN, **given})
    seen: list[tuple[Tensor, Tensor]] = []
    following = Feed.next

    def watched(self: Feed) -> tuple[Tensor, Tensor]:
        images, labels = following(self)
        seen.append((images.clone(), labels.clone()))
        return images, labels

    with monkeypatch.context() as patch:
        patch.setattr(Feed, "next", watched)
        data = load_data(plan.config.data, 0)
        trainer = Trainer(plan.config, data, state=initial_state_from(path, plan.config).state)
        losses = [x for event in trainer.events() if event.kind == "steps" for x in event.losses]
    return losses, trainer.model.state_dict(), seen


def as_torch(
    path: Path, make: Make, batches: list[tuple[Tensor, Tensor]], **more: Any
) -> tuple[list[float], dict[str, Tensor]]:
    """The same by stock torch, which reads the file and goes on."""
    model, held = network(**more), torch.load(path)
    model.load_state_dict(held["model_state_dict"])
    optimizer = make(model)
    state = held["optimizer_state_dict"]
    usual = optimizer.state_dict()["param_groups"]
    state["param_groups"] = [u | g for u, g in zip(usual, state["param_groups"], strict=True)]
    optimizer.load_state_dict(state)
    return [step(model, optimizer, *batch) for batch in batches], model.state_dict()


def assert_equal(
    path: Path, make: Make, monkeypatch: pytest.MonkeyPatch, more: Any = None, **given: Any
) -> None:
    losses, weights, batches = continued(path, monkeypatch, **given)
    theirs, expected = as_torch(path, make, batches, **(more or {}))
    assert len(losses) == 6
    assert losses == theirs
    assert all(map(torch.equal, weights.values(), expected.values()))


@pytest.mark.parametrize("stepper", ["written_out", "autograd"])
@pytest.mark.parametrize("name", MAKES)
def test_every_option_of_a_stock_optimizer_is_kept(
    name: str, stepper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.pt", MAKES[name])
    assert_equal(tmp_path / "a.pt", MAKES[name], monkeypatch, **{"train.stepper": stepper})


def drop_newer_options(state: dict[str, Any]) -> None:
    for key in OLDER:
        state["param_groups"][0].pop(key, None)


@pytest.mark.parametrize("decay", [0.01, 0.1])
def test_an_older_adamw_is_told_by_its_weight_decay(
    decay: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def adamw(model: nn.Module) -> optim.Optimizer:
        return optim.AdamW(model.parameters(), weight_decay=decay)

    write(tmp_path / "a.pt", adamw, drop_newer_options)
    assert_equal(tmp_path / "a.pt", adamw, monkeypatch)
    assert "older files do not say whether" in str(load(tmp_path / "a.pt").assumed[0])


def test_who_knows_better_takes_it_as_adam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def adam(model: nn.Module) -> optim.Optimizer:
        return optim.Adam(model.parameters(), weight_decay=0.01)

    write(tmp_path / "a.pt", adam, drop_newer_options)
    assert_equal(tmp_path / "a.pt", adam, monkeypatch, **{"optim.name": "adam"})


def test_weights_that_made_different_numbers_of_steps_keep_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(state: dict[str, Any]) -> None:
        for index in range(4):
            state["state"][index]["step"] -= 3

    write(tmp_path / "a.pt", MAKES["adam"], late)
    assert_equal(tmp_path / "a.pt", MAKES["adam"], monkeypatch)


def test_equal_shapes_with_batch_norm_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"hidden": (16, 16), "batch_norm": True}
    write(tmp_path / "a.pt", MAKES["adam, betas"], **more)
    assert_equal(tmp_path / "a.pt", MAKES["adam, betas"], monkeypatch, more)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("rmsprop", {"optim.momentum": 0.9}),
        ("rmsprop", {"optim.centered": True}),
        ("adam", {"optim.amsgrad": True}),
    ],
)
def test_an_option_turned_on_begins_at_0(
    name: str, given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.pt", MAKES[name])
    losses, _, _ = continued(tmp_path / "a.pt", monkeypatch, **given)
    assert losses[0] == continued(tmp_path / "a.pt", monkeypatch)[0][0]
    assert losses != continued(tmp_path / "a.pt", monkeypatch)[0]


def test_what_no_setting_names_outlasts_the_runs_own_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.pt", MAKES["adagrad, epsilon"])
    plan = plan_resume(suggest(load(tmp_path / "a.pt")), RunConfig(), GIVEN)
    data = load_data(plan.config.data, 0)
    state = initial_state_from(tmp_path / "a.pt", plan.config).state
    trainer = Trainer(plan.config, data, state=state)
    for event in trainer.events():
        if event.kind == "epoch":
            break
    snapshot = trainer.snapshot()
    rest = Trainer(plan.config, data, state=copy.deepcopy(snapshot))
    losses = [x for event in rest.events() if event.kind == "steps" for x in event.losses]
    assert losses == continued(tmp_path / "a.pt", monkeypatch)[0][3:]


def test_with_another_optimizer_only_the_weights_are_taken(tmp_path: Path) -> None:
    write(tmp_path / "a.pt", MAKES["adam, betas"])
    found = load(tmp_path / "a.pt")
    wanted = {**GIVEN, "optim.name": "sgd", "optim.lr": 0.1}
    config = plan_resume(suggest(found), RunConfig(), wanted).config
    assert config.optim.beta1 == 0.9
    assert not takes_along(found, config)
    assert set(initial_state_from(tmp_path / "a.pt", config).state or {}) == {"model"}
    given = {**GIVEN, "optim.name": "adamw"}
    assert takes_along(found, plan_resume(suggest(found), RunConfig(), given).config)
