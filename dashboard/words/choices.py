"""What a setting's values are called on the page."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.words.translation import N_, translated
from mlcore import words
from mlcore.data import CATALOG
from mlcore.rules import Value

__all__ = ["choice_name", "layer_name", "setting_text"]

_NAMES: Mapping[str, str] = {
    "auto": N_("auto"),
    "written_out": N_("written out"),
    "cuda_graph": N_("CUDA graph"),
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "constant": N_("Constant"),
    "step": N_("Step decay"),
    "cosine": N_("Cosine"),
    "one_cycle": N_("One cycle"),
    "plateau": N_("Reduce on plateau"),
    "nll": N_("NLL on log-probabilities"),
    "cross_entropy": N_("Cross entropy on logits"),
    "float32": N_("float32 (fast)"),
    "float64": N_("float64 (16 digits)"),
    "uint8": N_("uint8 (a quarter of the memory)"),
}

_LAYERS: Mapping[str, str] = {
    "linear": N_("Linear"),
    "batch norm": N_("Batch norm"),
    "dropout": N_("Dropout"),
    "log_softmax": N_("Log-softmax"),
}


def layer_name(kind: str) -> str:
    """A kind of layer (`LayerSummary.kind`) as it is written: "Linear", "ReLU"."""
    return translated(_LAYERS[kind]) if kind in _LAYERS else choice_name(kind)


def choice_name(value: str) -> str:
    """A choice as it is listed: "SGD", "One cycle", "Fashion-MNIST"; else the value."""
    if value in CATALOG:
        return translated(CATALOG[value].title)
    return translated(_NAMES[value]) if value in _NAMES else value


def setting_text(value: Value) -> str:
    """A setting's value as it is read: "on", "5,000", "0.01", "128 · 64", "One cycle"."""
    if isinstance(value, str) and value:
        return choice_name(value)
    return words.setting_text(value, translate=translated)
