"""The formulas of a training with the present numbers put in, as TeX without words."""

from __future__ import annotations

import itertools
import math

from mlcore.config import PIXELS, OptimConfig, RunConfig
from mlcore.data import CATALOG
from mlcore.export import Recipe
from mlcore.insight.intervals import wilson
from mlcore.summary import FLOAT_BYTES, summarize

__all__ = [
    "accuracy",
    "file_bytes",
    "loss",
    "normalised",
    "parameters",
    "steps",
    "update",
]


def normalised(config: RunConfig) -> str:
    """What becomes of a black and of a white pixel."""
    mean, std = _tex(config.data.mean), _tex(config.data.std)
    mean = f"({mean})" if config.data.mean < 0 else mean
    lines = [
        rf"{pixel} &\to \frac{{{pixel}/255 - {mean}}}{{{std}}} = {_tex(round(value, 4))}"
        for pixel, value in (
            (0, (0 - config.data.mean) / config.data.std),
            (255, (1 - config.data.mean) / config.data.std),
        )
    ]
    return _aligned(lines)


def steps(config: RunConfig) -> str:
    """Steps of an epoch, and of all epochs."""
    batch, images = config.data.batch_size, Recipe(config=config).train_images
    each = images // batch if config.data.drop_last else math.ceil(images / batch)
    left, right = (r"\lfloor", r"\rfloor") if config.data.drop_last else (r"\lceil", r"\rceil")
    return _aligned(
        [
            rf"\left{left} \frac{{{_count(images)}}}{{{_count(batch)}}} \right{right}"
            rf" &= {_count(each)}",
            rf"{_count(config.train.epochs)} \cdot {_count(each)}"
            rf" &= {_count(config.train.epochs * each)}",
        ]
    )


def parameters(config: RunConfig) -> str:
    """Weights and biases layer by layer, and their sum; batch norm adds two numbers a unit."""
    classes = len(CATALOG[config.data.name].classes)
    widths = (PIXELS, *config.model.hidden, classes)
    terms = [
        rf"{_count(before)} \cdot {_count(after)} + {_count(after)}"
        for before, after in itertools.pairwise(widths)
    ]
    if config.model.batch_norm and config.model.hidden:
        terms.append(rf"2 \cdot {_count(sum(config.model.hidden))}")
    total = summarize(config.model, classes).parameters
    lines = [f"&{'+' if number else ''} {term}" for number, term in enumerate(terms)]
    return _aligned([*lines, f"&= {_count(total)}"])


def loss(classes: int) -> str:
    """The loss of one image, at the start and when the network is sure."""
    return _aligned(
        [
            r"\ell &= -\ln p",
            rf"-\ln \tfrac{{1}}{{{classes}}} &= {math.log(classes):.3f}",
            rf"-\ln 0.99 &= {-math.log(0.99):.3f}",
        ]
    )


def update(optim: OptimConfig) -> str:
    """What a step makes of a weight w with the gradient g; weight decay left out."""
    lr, eps = _tex(optim.lr), _tex(optim.eps)
    match optim.name:
        case "sgd" if not optim.momentum:
            lines = [rf"w &\leftarrow w - {lr} \cdot g"]
        case "sgd":
            gain = "g" if not optim.dampening else rf"{_tex(round(1 - optim.dampening, 6))} \cdot g"
            step = rf"(g + {_tex(optim.momentum)} \cdot v)" if optim.nesterov else "v"
            lines = [
                rf"v &\leftarrow {_tex(optim.momentum)} \cdot v + {gain}",
                rf"w &\leftarrow w - {lr} \cdot {step}",
            ]
        case "adam" | "adamw":
            spread = r"\max \hat v" if optim.amsgrad else r"\hat v"
            lines = [
                rf"m &\leftarrow {_mixed(optim.beta1, 'm', 'g')}",
                rf"v &\leftarrow {_mixed(optim.beta2, 'v', 'g^2')}",
                rf"w &\leftarrow w - {lr} \cdot \frac{{\hat m}}{{\sqrt{{{spread}}} + {eps}}}",
            ]
        case "rmsprop":
            lines = _rmsprop(optim)
        case "adagrad":
            falls = rf"{{1 + {_tex(optim.lr_decay)} \cdot t}}"
            rate = rf"\frac{{{lr}}}{falls}" if optim.lr_decay else lr
            lines = [
                r"v &\leftarrow v + g^2",
                rf"w &\leftarrow w - {rate} \cdot \frac{{g}}{{\sqrt{{v}}}}",
            ]
    return _aligned(lines)


def _rmsprop(optim: OptimConfig) -> list[str]:
    lines = [rf"v &\leftarrow {_mixed(optim.alpha, 'v', 'g^2')}"]
    if optim.centered:
        lines.append(rf"m &\leftarrow {_mixed(optim.alpha, 'm', 'g')}")
    spread = "v - m^2" if optim.centered else "v"
    step = rf"\frac{{g}}{{\sqrt{{{spread}}} + {_tex(optim.eps)}}}"
    if optim.momentum:
        lines.append(rf"b &\leftarrow {_tex(optim.momentum)} \cdot b + {step}")
        step = "b"
    return [*lines, rf"w &\leftarrow w - {_tex(optim.lr)} \cdot {step}"]


def accuracy(right: int, total: int) -> str:
    """The share of right answers, and the interval in which it lies with 95 % certainty."""
    low, high = wilson(right, total)
    return _aligned(
        [
            rf"\frac{{{_count(right)}}}{{{_count(total)}}} &= {100 * right / total:.2f}\,\%",
            rf"95\,\% &: {100 * low:.2f} \ldots {100 * high:.2f}\,\%",
        ]
    )


def file_bytes(config: RunConfig) -> str:
    """The bytes of the numbers in a file of weights; names and shapes add a few kilobytes."""
    summary = summarize(config.model, len(CATALOG[config.data.name].classes))
    size = FLOAT_BYTES[config.train.dtype]
    return rf"{_count(summary.parameters)} \cdot {size} = {_count(summary.parameters * size)}"


def _mixed(share: float, old: str, new: str) -> str:
    return rf"{_tex(share)} \cdot {old} + {_tex(round(1 - share, 6))} \cdot {new}"


def _aligned(lines: list[str]) -> str:
    return r"\begin{aligned} " + r" \\[6pt] ".join(lines) + r" \end{aligned}"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "{,}")


def _tex(number: float) -> str:
    """A number as TeX: 0.003, -1, 10 to the power of -8."""
    text = f"{number:g}"
    digits, e, power = text.partition("e")
    if not e:
        return text
    tens = rf"10^{{{int(power)}}}"
    return tens if digits == "1" else rf"{digits} \cdot {tens}"
