"""One MNIST epoch of the quick start, by different means.

Each contender is a class: making one prepares it (imports, data, model), `epoch()` trains one
epoch and returns its seconds. One whose library is not installed raises ImportError.
"""

from __future__ import annotations

import itertools
import logging
import os
import tempfile
import time
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from mlcore import run as runner
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig, data_root
from mlcore.data.tensors import load
from mlcore.events import Event
from mlcore.runs import RunStore

IMAGES, BATCH, LR = 60_000, 64, 0.003


class Net(nn.Module):
    """The tutorial's network."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.view(x.shape[0], -1)  # (B, 784)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return F.log_softmax(self.fc3(x), dim=1)  # (B, 10)


def optimizer_of(name: str, net: nn.Module) -> torch.optim.Optimizer:
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    return kinds[name](net.parameters(), lr=LR)


class TutorialLoop:
    """DataLoader over torchvision's MNIST, ToTensor and Normalize for each image."""

    def __init__(self, optim: str) -> None:
        from torchvision import datasets, transforms

        transform = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]
        )
        images = datasets.MNIST(str(data_root(DataConfig())), train=True, transform=transform)
        self.loader = torch.utils.data.DataLoader(images, batch_size=BATCH, shuffle=True)
        torch.manual_seed(0)
        self.net = Net()
        self.optimizer = optimizer_of(optim, self.net)

    def epoch(self) -> float:
        start, loss_of = time.perf_counter(), nn.NLLLoss()
        for images, labels in self.loader:
            self.optimizer.zero_grad()
            loss = loss_of(self.net(images), labels)
            loss.backward()
            self.optimizer.step()
            loss.item()
        return time.perf_counter() - start


class BareLoop:
    """The same loop over images in memory: autograd and the stock optimizer, nothing recorded."""

    def __init__(self, optim: str) -> None:
        train = load(DataConfig(), seed=0).train
        self.images, self.labels = train.images, train.labels
        torch.manual_seed(0)
        self.net = Net()
        self.optimizer = optimizer_of(optim, self.net)

    def epoch(self) -> float:
        start, loss_of = time.perf_counter(), nn.NLLLoss()
        for batch in torch.randperm(IMAGES).split(BATCH):
            self.optimizer.zero_grad()
            loss = loss_of(self.net(self.images[batch]), self.labels[batch])
            loss.backward()
            self.optimizer.step()
        return time.perf_counter() - start


class Mlcore:
    """A whole run as `mlcore train` does it: events, recording and checkpoints included."""

    def __init__(self, optim: str) -> None:
        self.config = RunConfig(
            optim=OptimConfig(name="sgd" if optim == "sgd" else "adam", lr=LR),
            train=TrainConfig(epochs=1, device="cpu"),
        )

    def epoch(self) -> float:
        with tempfile.TemporaryDirectory() as folder:
            run = RunStore(Path(folder)).create(self.config)
            marks: dict[str, float] = {}

            def observe(event: Event) -> None:
                if event.step or event.kind == "started":  # not the untrained network's checkpoint
                    marks.setdefault(event.kind, time.perf_counter())

            runner.execute(run, observe=observe)
        # From the first step to the epoch's last checkpoint on disk; loading left out on all sides.
        return marks["checkpoint"] - marks["started"]


class MatrixProducts:
    """The floor: only the epoch's matrix products, forward and backward, into ready buffers."""

    def __init__(self, optim: str) -> None:
        del optim
        widths = (784, 128, 64, 10)
        self.layers = [
            (torch.randn(BATCH, i), torch.randn(o, i), torch.randn(BATCH, o))
            for i, o in itertools.pairwise(widths)
        ]
        self.out = [
            (torch.empty_like(g), torch.empty_like(w), torch.empty_like(x))
            for x, w, g in self.layers
        ]

    def epoch(self) -> float:
        start = time.perf_counter()
        for _ in range(-(-IMAGES // BATCH)):
            for n, ((x, w, g), (y, dw, dx)) in enumerate(zip(self.layers, self.out, strict=True)):
                torch.mm(x, w.t(), out=y)
                torch.mm(g.t(), x, out=dw)
                if n:
                    torch.mm(g, w, out=dx)
        return time.perf_counter() - start


class JaxScan:
    """A jitted `jax.lax.scan` over the epoch's batches."""

    def __init__(self, optim: str) -> None:
        if optim != "sgd":
            raise ImportError("only SGD is written out here")
        import jax
        import jax.numpy as jnp

        train = load(DataConfig(), seed=0).train
        self.jax = jax
        steps = IMAGES // BATCH
        self.images = jnp.asarray(train.images.numpy())
        self.labels = jnp.asarray(train.labels.numpy())
        net = Net()
        self.weights = [jnp.asarray(p.detach().numpy()) for p in net.parameters()]

        def loss_of(weights, x, y):  # type: ignore[no-untyped-def]
            w1, b1, w2, b2, w3, b3 = weights
            hidden = jax.nn.relu(jax.nn.relu(x @ w1.T + b1) @ w2.T + b2)
            rows = jax.nn.log_softmax(hidden @ w3.T + b3)
            return -jnp.mean(rows[jnp.arange(y.shape[0]), y])

        def step(weights, batch):  # type: ignore[no-untyped-def]
            loss, grads = jax.value_and_grad(loss_of)(
                weights, self.images[batch], self.labels[batch]
            )
            return [w - LR * g for w, g in zip(weights, grads, strict=True)], loss

        def one(weights, key):  # type: ignore[no-untyped-def]
            order = jax.random.permutation(key, IMAGES)[: steps * BATCH].reshape(steps, BATCH)
            return jax.lax.scan(step, weights, order)

        self.key = jax.random.PRNGKey(0)
        self.one = jax.jit(one)
        jax.block_until_ready(self.one(self.weights, self.key))  # compile

    def epoch(self) -> float:
        start = time.perf_counter()
        self.weights, losses = self.one(self.weights, self.key)
        self.jax.block_until_ready(losses)
        return time.perf_counter() - start


class ScikitLearn:
    """`MLPClassifier.partial_fit`: one pass, the same widths and batches."""

    def __init__(self, optim: str) -> None:
        from sklearn.neural_network import MLPClassifier

        train = load(DataConfig(), seed=0).train
        self.images, self.labels = train.images.numpy(), train.labels.numpy()
        self.net = MLPClassifier(
            (128, 64),
            solver=optim,
            batch_size=BATCH,
            learning_rate_init=LR,
            momentum=0.0,
            alpha=0.0,
        )

    def epoch(self) -> float:
        start = time.perf_counter()
        self.net.partial_fit(self.images, self.labels, classes=range(10))
        return time.perf_counter() - start


class Lightning:
    """`lightning.Trainer.fit` for one epoch, over a DataLoader of tensors in memory."""

    def __init__(self, optim: str) -> None:
        import lightning

        train = load(DataConfig(), seed=0).train
        images = torch.utils.data.TensorDataset(train.images, train.labels)
        self.loader = torch.utils.data.DataLoader(images, batch_size=BATCH, shuffle=True)
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module="lightning")

        class Module(lightning.LightningModule):
            def __init__(self) -> None:
                super().__init__()
                self.net = Net()

            def training_step(self, batch, _):  # type: ignore[no-untyped-def]
                return F.nll_loss(self.net(batch[0]), batch[1])

            def configure_optimizers(self) -> torch.optim.Optimizer:
                return optimizer_of(optim, self.net)

        self.lightning, self.module = lightning, Module()

    def epoch(self) -> float:
        trainer = self.lightning.Trainer(
            max_epochs=1,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        start = time.perf_counter()
        trainer.fit(self.module, self.loader)
        return time.perf_counter() - start


class Keras:
    """`keras.Model.fit` for one epoch over arrays in memory; JAX computes unless set otherwise."""

    def __init__(self, optim: str) -> None:
        os.environ.setdefault("KERAS_BACKEND", "jax")
        import keras

        train = load(DataConfig(), seed=0).train
        self.images, self.labels = train.images.numpy(), train.labels.numpy()
        layers = keras.layers
        self.net = keras.Sequential(
            [
                layers.Dense(128, activation="relu"),
                layers.Dense(64, activation="relu"),
                layers.Dense(10),
            ]
        )
        kinds = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.net.compile(optimizer=kinds[optim](LR), loss=loss)

    def epoch(self) -> float:
        start = time.perf_counter()
        self.net.fit(self.images, self.labels, batch_size=BATCH, epochs=1, verbose=0)
        return time.perf_counter() - start


CONTENDERS = {
    "tutorial loop": TutorialLoop,
    "bare in-memory loop": BareLoop,
    "mlcore train": Mlcore,
    "matrix products alone": MatrixProducts,
    "jax.lax.scan": JaxScan,
    "scikit-learn": ScikitLearn,
    "Lightning": Lightning,
    "Keras": Keras,
}
