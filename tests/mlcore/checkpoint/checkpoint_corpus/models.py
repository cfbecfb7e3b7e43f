"""Models as people write them, with the state dict they save; each must give its own answers."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

Case = tuple[nn.Module, Any]
"""A module in evaluation mode, and what is saved of it."""

Linear, Norm, Relu, Seq = nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Sequential


def ready(module: nn.Module, seed: int = 0) -> nn.Module:
    """With averages and weights that are not those of the beginning."""
    torch.manual_seed(seed)
    for part in module.modules():
        if isinstance(part, Norm):
            part.running_mean = torch.randn_like(part.running_mean)
            part.running_var = torch.rand_like(part.running_var) + 0.2
            if part.affine:
                nn.init.normal_(part.weight, 1, 0.3)
                nn.init.normal_(part.bias)
    return module.eval()


class Net(nn.Module):
    """Layers under names, used in the order that is given last."""

    def __init__(self, order: str, **layers: nn.Module) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.order = order.split()

    def forward(self, images: Tensor) -> Tensor:
        for name in self.order:
            images = torch.relu(images) if name == "relu" else getattr(self, name)(images)
        return images


def state(module: nn.Module) -> Case:
    return ready(module), module.state_dict()


def changed(module: nn.Module, change: Callable[[dict[str, Any]], Any]) -> Case:
    ready(module)
    return module, change(dict(module.state_dict()))


def plain() -> nn.Sequential:
    torch.manual_seed(1)
    return Seq(Linear(784, 9), Relu(), Linear(9, 9), Relu(), Linear(9, 10))


def normed() -> nn.Sequential:
    return Seq(Linear(784, 9), Norm(9), Relu(), Linear(9, 8), Norm(8), Relu(), Linear(8, 10))


def without(word: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda s: {name: tensor for name, tensor in s.items() if word not in name}


def renamed(**names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(s: dict[str, Any]) -> dict[str, Any]:
        return {
            f"{names['l' + name.split('.')[0]]}.{name.split('.')[1]}": tensor
            for name, tensor in s.items()
        }

    return change


def pruned(**layers: float) -> nn.Module:
    net = plain()
    for number, amount in layers.items():
        prune.l1_unstructured(net[int(number[1:])], "weight", amount)
    prune.random_unstructured(net[4], "bias", 0.5)
    return net


def with_each(wrap: Callable[[nn.Module], nn.Module]) -> nn.Module:
    net = plain()
    for number in (0, 2, 4):
        net[number] = wrap(net[number])
    net.train()(torch.rand(4, 784))  # spectral norm moves its vectors only while training
    return net.eval()


def keras(s: dict[str, Any], sep: str = "/", end: str = "") -> dict[str, Any]:
    """The names of Keras, matrices as (inputs, outputs)."""
    names = {"0": "dense", "2": "dense_1", "4": "dense_2"}
    return {
        f"sequential{sep}{names[layer]}{sep}{'kernel' if field == 'weight' else 'bias'}{end}": (
            tensor.t().contiguous()
        )
        for (layer, field), tensor in ((name.split("."), tensor) for name, tensor in s.items())
    }


def keras_norm() -> Case:
    net = normed()
    for norm in (net[1], net[4]):
        norm.eps = 1e-3
    ready(net)
    names = {"0": "dense", "1": "batch_normalization", "3": "dense_1", "6": "dense_2"}
    names["4"] = "batch_normalization_1"
    fields = {"running_mean": "moving_mean", "running_var": "moving_variance"}
    made = {}
    for name, tensor in net.state_dict().items():
        layer, field = name.split(".")
        other = fields.get(field) or (
            {"weight": "gamma", "bias": "beta"}
            if "batch" in names[layer]
            else {"weight": "kernel", "bias": "bias"}
        ).get(field)
        if other:
            made[f"{names[layer]}/{other}"] = tensor.t().contiguous()
    return net, dict(sorted(made.items()))


def by_hand(s: dict[str, Any]) -> dict[str, Any]:
    """W1, b1 and so on, matrices as (inputs, outputs)."""
    made = {}
    for name, tensor in s.items():
        layer, field = name.split(".")
        made[f"{'W' if field == 'weight' else 'b'}{int(layer) // 2 + 1}"] = tensor.t().contiguous()
    return made


def turned(s: dict[str, Any]) -> dict[str, Any]:
    """Matrices as (inputs, outputs) under PyTorch's names."""
    return {name: tensor.t().contiguous() for name, tensor in s.items()}


def twice() -> Case:
    net = plain()
    return state(Seq(net[0], net[1], net[2], net[3], net[2], Relu(), net[4]))


def two_names() -> Case:
    net = plain()
    holder = nn.Module()
    holder.layers = nn.ModuleList([net[0], net[2], net[4]])
    holder.net = net
    return ready(net), holder.state_dict()


def averaged() -> Case:
    net = torch.optim.swa_utils.AveragedModel(plain())
    return state(net)


def cases() -> dict[str, Case]:
    """Name → module and state dict."""
    bare = {"bias": False}
    loss = {"loss_fn.weight": torch.ones(10)}
    counts = {
        "val_acc.tp": torch.ones(10).long(),
        "train_acc.total": torch.tensor(5),
        "val_auc.confmat": torch.eye(10),
        "loss_mean.weight": torch.tensor(2.0),
    }
    names = renamed(l0="input_layer", l2="hidden_layer", l4="output_layer")
    ours = renamed(l0="fc1", l2="fc2", l4="fc3")
    normed_names = {
        "linear1": Linear(784, 9),
        "linear2": Linear(9, 8),
        "linear3": Linear(8, 10),
        "norm1": Norm(9),
        "norm2": Norm(8),
    }
    return {
        "plain": state(plain()),
        "softmax regression": state(Linear(784, 10)),
        "no bias": state(Seq(Linear(784, 9, **bare), Relu(), Linear(9, 10, **bare))),
        "no bias before batch norm": state(
            Seq(Linear(784, 9, **bare), Norm(9), Relu(), Linear(9, 10))
        ),
        "batch norm": state(normed()),
        "batch norm without counters": changed(normed(), without("tracked")),
        "batch norm, all floats": changed(
            normed(), lambda s: {name: tensor.float() for name, tensor in s.items()}
        ),
        "batch norm, all doubles": changed(
            normed(), lambda s: {name: tensor.double() for name, tensor in s.items()}
        ),
        "batch norm, counter of one entry": changed(
            normed(), lambda s: s | {"1.num_batches_tracked": torch.tensor([7])}
        ),
        "batch norm, affine=False": state(
            Seq(Linear(784, 9), Norm(9, affine=False), Relu(), Linear(9, 10))
        ),
        "batch norm behind the activation": state(
            Seq(Linear(784, 9), Relu(), Norm(9), Linear(9, 8), Relu(), Norm(8), Linear(8, 10))
        ),
        "batch norm behind the activation, and dropout": state(
            Seq(Linear(784, 9), Relu(), Norm(9), nn.Dropout(), Linear(9, 10))
        ),
        "batch norm behind the activation, no affine, no bias": state(
            Seq(Linear(784, 9, **bare), Relu(), Norm(9, affine=False), Linear(9, 10, **bare))
        ),
        "batch norm of the image": state(
            Seq(nn.Flatten(), Norm(784), Linear(784, 9), Relu(), Linear(9, 10))
        ),
        "batch norm of some layers": state(
            Seq(Linear(784, 9), Norm(9), Relu(), Linear(9, 9), Relu(), Linear(9, 10))
        ),
        "batch norm of the outputs": state(Seq(Linear(784, 9), Relu(), Linear(9, 10), Norm(10))),
        "batch norm before and behind": state(
            Seq(Linear(784, 9), Norm(9), Relu(), Norm(9), Linear(9, 10))
        ),
        "batch norms registered last": state(
            Net("linear1 norm1 relu linear2 norm2 relu linear3", **normed_names)
        ),
        "batch norm of the second layer, registered last": state(
            Net(
                "fc1 relu fc2 bn2 relu fc3",
                fc1=Linear(784, 9),
                fc2=Linear(9, 9),
                fc3=Linear(9, 10),
                bn2=Norm(9),
            )
        ),
        "averaged": averaged(),
        "averaged batch norm": state(torch.optim.swa_utils.AveragedModel(normed())),
        "weights of the loss": changed(plain(), lambda s: {**s, **loss}),
        "weights of the loss, first": changed(plain(), lambda s: {**loss, **s}),
        "weights of the classes": changed(
            plain(), lambda s: {**s, "ce.pos_weight": torch.ones(10)}
        ),
        "buffers of a normalisation": changed(
            plain(), lambda s: {"norm.mean": torch.zeros(1, 1, 1), "norm.std": torch.ones(1), **s}
        ),
        "counts of metrics": changed(plain(), lambda s: {**s, **counts}),
        "centres of a loss": changed(
            plain(), lambda s: {**s, "center_loss.centers": torch.ones(10, 9)}
        ),
        "a temperature": changed(plain(), lambda s: {**s, "temperature": torch.ones(1)}),
        "two names": two_names(),
        "used twice": twice(),
        "names that sort otherwise": changed(plain(), lambda s: dict(sorted(names(s).items()))),
        "made in another order": state(
            Net(
                "first relu second relu last",
                last=Linear(8, 10),
                second=Linear(9, 8),
                first=Linear(784, 9),
            )
        ),
        "wrapped": changed(
            plain(), lambda s: {f"model._orig_mod.module.{n}": t for n, t in s.items()}
        ),
        "ours, deeper": state(
            Seq(
                collections.OrderedDict(
                    net=Net("fc1 relu fc2", fc1=Linear(784, 9), fc2=Linear(9, 10))
                )
            )
        ),
        "pruned": (ready(net := pruned(_0=0.3, _2=0.6)), net.state_dict()),
        "weight norm": (ready(net := with_each(weight_norm)), net.state_dict()),
        "weight norm, parametrised": (
            ready(net := with_each(parametrizations.weight_norm)),
            net.state_dict(),
        ),
        "weight norm, one length": (
            ready(net := with_each(lambda layer: weight_norm(layer, dim=None))),
            net.state_dict(),
        ),
        "weight norm, columns": (
            ready(net := with_each(lambda layer: weight_norm(layer, dim=1))),
            net.state_dict(),
        ),
        "spectral norm": (ready(net := with_each(spectral_norm)), net.state_dict()),
        "spectral norm, parametrised": (
            ready(net := with_each(parametrizations.spectral_norm)),
            net.state_dict(),
        ),
        "Keras": changed(plain(), keras),
        "Keras, kernel:0": changed(plain(), lambda s: keras(s, end=":0")),
        "Keras, dots": changed(plain(), lambda s: keras(s, sep=".")),
        "Keras with batch norm": keras_norm(),
        "(inputs, outputs)": changed(plain(), turned),
        "(inputs, outputs), our names": changed(plain(), lambda s: turned(ours(s))),
        "(inputs, outputs), our names, no biases": changed(
            Seq(Linear(784, 9, **bare), Relu(), Linear(9, 10, **bare)),
            lambda s: turned(renamed(l0="fc1", l2="fc2")(s)),
        ),
        "(inputs, outputs), batch norm": changed(normed(), turned),
        "(inputs, outputs), names that sort otherwise": changed(
            plain(), lambda s: dict(sorted(turned(names(s)).items()))
        ),
        "W1 and b1": changed(plain(), by_hand),
        "W1 and b1, biases as rows": changed(
            plain(),
            lambda s: {n: t[None] if t.ndim == 1 else t for n, t in by_hand(s).items()},
        ),
        "fc1_weight": changed(
            plain(), lambda s: {f"fc{n[0]}_{n[2:]}": tensor for n, tensor in s.items()}
        ),
    }
