"""The plain PyTorch script that every run is held against, and the data it runs on.

Written as people learn it, from stock parts alone: nothing here comes from mlcore but the
settings and the bundled pictures.
"""

import functools

import pytest
import torch
from hypothesis import strategies as st
from torch import nn, optim
from torch.nn.utils import clip_grad_norm_
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)
from torch.utils.data import DataLoader, Dataset, Subset, random_split
from torchvision import transforms

from mlcore.config import RunConfig
from mlcore.data import load_raw
from mlcore.data.tensors import load
from mlcore.errors import SettingsError
from mlcore.fitting import check_batches
from mlcore.trainer import Trainer

ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


class Pictures(Dataset):
    """Pictures and labels, transformed when they are asked for."""

    def __init__(self, images, labels, transform):
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    @functools.cache  # noqa: B019
    def __getitem__(self, index):
        return self.transform(self.images[index]), int(self.labels[index])


@functools.cache
def pictures(name, root, mean, std):
    raw = load_raw(name, root)
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((mean,), (std,))])
    return Pictures(raw.train.images, raw.train.labels, transform)


def network(config):
    layers, width = [], 784
    for units in config.model.hidden:
        layers.append(nn.Linear(width, units))
        if config.model.batch_norm:
            layers.append(nn.BatchNorm1d(units))
        layers.append(ACTIVATIONS[config.model.activation]())
        if config.model.dropout:
            layers.append(nn.Dropout(config.model.dropout))
        width = units
    layers.append(nn.Linear(width, 10))
    if config.train.loss == "nll":
        layers.append(nn.LogSoftmax(dim=1))
    return nn.Sequential(*layers)


def stock_optimizer(model, o):
    adams = {"betas": (o.beta1, o.beta2), "eps": o.eps, "amsgrad": o.amsgrad}
    shared = {"lr": o.lr, "weight_decay": o.weight_decay}
    match o.name:
        case "sgd":
            return optim.SGD(
                model.parameters(),
                momentum=o.momentum,
                dampening=o.dampening,
                nesterov=o.nesterov,
                **shared,
            )
        case "adam":
            return optim.Adam(model.parameters(), **adams, **shared)
        case "adamw":
            return optim.AdamW(model.parameters(), **adams, **shared)
        case "rmsprop":
            return optim.RMSprop(
                model.parameters(),
                alpha=o.alpha,
                eps=o.eps,
                momentum=o.momentum,
                centered=o.centered,
                **shared,
            )
        case "adagrad":
            return optim.Adagrad(model.parameters(), lr_decay=o.lr_decay, **shared)


def stock_schedule(optimizer, o, epochs, steps):
    match o.schedule:
        case "step":
            return StepLR(optimizer, step_size=o.step_every, gamma=o.gamma)
        case "cosine":
            return CosineAnnealingLR(optimizer, T_max=epochs, eta_min=o.min_lr)
        case "plateau":
            return ReduceLROnPlateau(
                optimizer, factor=o.gamma, patience=o.plateau_patience, min_lr=o.min_lr
            )
        case "one_cycle":
            cycle = o.name in ("adam", "adamw") or o.momentum > 0
            return OneCycleLR(
                optimizer,
                max_lr=o.lr,
                total_steps=epochs * steps,
                pct_start=o.warmup,
                cycle_momentum=cycle,
            )


def held_out_loss(model, criterion, held_out):
    model.eval()
    with torch.no_grad():
        images = torch.stack([image for image, _ in held_out]).flatten(1)
        images = images.to(next(model.parameters()).dtype)
        labels = torch.tensor([label for _, label in held_out])
        loss = criterion(model(images), labels).item()
    model.train()
    return loss


def plain_script(config, root=""):
    """Train as the tutorial does; returns every step's loss and the model."""
    torch.manual_seed(config.train.seed)
    train_set = pictures(config.data.name, root, config.data.mean, config.data.std)
    if config.data.train_limit:
        train_set = Subset(train_set, range(config.data.train_limit))
    held_out = None
    if config.data.validation:
        v = config.data.validation
        train_set, held_out = random_split(
            train_set,
            [len(train_set) - v, v],
            generator=torch.Generator().manual_seed(config.train.seed),
        )
    model = network(config)
    if double := config.train.dtype == "float64":
        model.double()
    criterion = nn.NLLLoss() if config.train.loss == "nll" else nn.CrossEntropyLoss()
    optimizer = stock_optimizer(model, config.optim)
    loader = DataLoader(
        train_set,
        batch_size=config.data.batch_size,
        shuffle=True,
        drop_last=config.data.drop_last,
    )
    schedule = stock_schedule(optimizer, config.optim, config.train.epochs, len(loader))
    losses = []
    for _ in range(config.train.epochs):
        running = 0.0
        for images, labels in loader:
            images = images.double() if double else images
            optimizer.zero_grad()
            loss = criterion(model(images.view(images.shape[0], -1)), labels)
            loss.backward()
            if config.optim.clip_norm:
                clip_grad_norm_(model.parameters(), config.optim.clip_norm)
            optimizer.step()
            if isinstance(schedule, OneCycleLR):
                schedule.step()
            losses.append(loss.item())
            running += loss.item()
        if isinstance(schedule, ReduceLROnPlateau):
            judged = held_out_loss(model, criterion, held_out) if held_out else None
            schedule.step(running / len(loader) if judged is None else judged)
        elif schedule is not None and not isinstance(schedule, OneCycleLR):
            schedule.step()
    return losses, model


def run(config, **kwargs):
    """The same with mlcore; returns every step's loss, the trainer and all its events."""
    trainer = Trainer(config, digits_data(config.data, config.train.seed), **kwargs)
    events = list(trainer.events())
    return [loss for e in events if e.kind == "steps" for loss in e.losses], trainer, events


@functools.cache
def digits_data(data, seed):
    return load(data, seed)


def same_weights(trainer, model):
    """Whether weights and buffers are equal to the last bit, in order."""
    ours, theirs = trainer.model.state_dict().values(), model.state_dict().values()
    return len(ours) == len(theirs) and all(map(torch.equal, ours, theirs))


@st.composite
def configs(draw):
    """Any settings that a run can have, on a few pictures of the bundled digits."""
    pick = lambda *choices: draw(st.sampled_from(choices))  # noqa: E731
    name = pick("sgd", "adam", "adamw", "rmsprop", "adagrad")
    schedule = pick("constant", "step", "cosine", "plateau", "one_cycle")
    values = {
        "data.name": "digits",
        "data.train_limit": pick(70, 96, 129),
        "data.batch_size": pick(3, 16, 32, 50),
        "data.drop_last": pick(False, True),
        "data.validation": pick(0, 20),
        "data.mean": pick(0.5, 0.1307),
        "data.store": pick("float32", "uint8"),
        "model.hidden": pick((), (1,), (64,), (20, 12), (128, 64), (9, 8, 7)),
        "model.activation": pick(*ACTIVATIONS),
        "model.dropout": pick(0.0, 0.3),
        "model.batch_norm": pick(False, True),
        "optim.name": name,
        "optim.lr": pick(0.001, 0.02),
        "optim.momentum": pick(0.0, 0.9) if name in ("sgd", "rmsprop") else 0.0,
        "optim.weight_decay": pick(0.0, 0.01),
        "optim.schedule": schedule,
        "optim.clip_norm": pick(0.0, 0.5),
        "train.loss": pick("nll", "cross_entropy"),
        "train.epochs": pick(1, 2, 3),
        "train.seed": draw(st.integers(0, 5)),
    }
    if name == "sgd" and values["optim.momentum"]:
        values["optim.nesterov"] = pick(False, True)
        values["optim.dampening"] = 0.0 if values["optim.nesterov"] else pick(0.0, 0.4)
    if name in ("adam", "adamw"):
        values["optim.beta1"] = pick(0.9, 0.5, 0.0)
        values["optim.beta2"] = pick(0.999, 0.9)
        values["optim.amsgrad"] = pick(False, True)
    if name == "rmsprop":
        values["optim.alpha"] = pick(0.99, 0.7)
        values["optim.centered"] = pick(False, True)
    if name in ("adam", "adamw", "rmsprop"):
        values["optim.eps"] = pick(1e-8, 1e-4)
    if name == "adagrad":
        values["optim.lr_decay"] = pick(0.0, 0.05)
    if schedule in ("step", "plateau"):
        values["optim.gamma"] = pick(0.5, 0.1)
    if schedule == "step":
        values["optim.step_every"] = pick(1, 2)
    if schedule in ("cosine", "plateau"):
        values["optim.min_lr"] = pick(0.0, 0.0005)
    if schedule == "plateau":
        values["optim.plateau_patience"] = pick(0, 1)
    if schedule == "one_cycle":
        values["optim.warmup"] = pick(0.21, 0.6)
    config = RunConfig.from_flat(values)
    try:
        check_batches(config, config.data.train_limit - config.data.validation)
    except SettingsError:  # batch norm over one image: no script can do that either
        values["data.batch_size"] = 4
        values["data.drop_last"] = True
        config = RunConfig.from_flat(values)
    return config


class Plain:
    """What tests of this room share; a fixture, since tests import nothing from each other."""

    script = staticmethod(plain_script)
    run = staticmethod(run)
    data = staticmethod(digits_data)
    same_weights = staticmethod(same_weights)
    network = staticmethod(network)


@pytest.fixture(scope="session")
def plain():
    return Plain


st.register_type_strategy(RunConfig, configs())
