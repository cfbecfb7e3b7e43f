"""`inspect`: what is in a checkpoint, as plain values for a page or a shell."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

from torch import Tensor

from mlcore.checkpoint.format import Checkpoint
from mlcore.checkpoint.optimizer_state import optimizer_name, parameters_of
from mlcore.checkpoint.read import read
from mlcore.checkpoint.suggest import suggest
from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.source import open_source
from mlcore.checkpoint.untrusted.tensor_reader import one_thread, pieces
from mlcore.config import PIXELS
from mlcore.errors import MlcoreError, Notice
from mlcore.words import N_

__all__ = ["inspect"]

_FORMS = {"full": N_("full checkpoint"), "safetensors": N_("safetensors")}
_PARTS = {
    (False, True): N_("model and optimizer state dicts"),
    (True, True): N_("whole pickled model, and optimizer state dict"),
    (False, False): N_("model state dict, no optimizer state"),
    (True, False): N_("whole pickled model, no optimizer state"),
}
"""What others' files hold: whether the model was pickled whole, whether it has an optimizer."""


def inspect(path: str | os.PathLike[str], *, max_bytes: int = limits.MAX_BYTES) -> dict[str, Any]:
    """Read a checkpoint as `load` does and say what is in it; nothing of it is used.

    Returns:
        Plain values, fit for JSON, but for the errors of doubt, missing, assumed and warnings:
        form, container, size (bytes), sha256, architecture (words), hidden, activation,
        activation_known, doubt (why an activation has to be said), batch_norm, dropout, inputs,
        outputs, parameters, tensors (name, shape, dtype, min, max, norm), epoch, step, loss,
        optimizer, normalisation_named, settings, data, versions, suggested (settings to resume
        with), resumable, exact, missing, assumed, warnings.

    Raises:
        CheckpointError: the file is refused; the sentence says why.
    """
    with one_thread(), open_source(Path(path), max_bytes) as source:
        file = {"size": source.size, "sha256": source.sha256()}
        return _summary(read(source, max_bytes=max_bytes)) | file


def _summary(checkpoint: Checkpoint) -> dict[str, Any]:
    """All but the file's size and digest."""
    model = checkpoint.model_config
    data = checkpoint.data
    optimizer = checkpoint.optimizer
    return {
        "form": checkpoint.form,
        "form_words": _form(checkpoint),
        "container": checkpoint.container,
        "architecture": _architecture(checkpoint),
        "inputs": PIXELS,
        "hidden": list(model.hidden),
        "activation": model.activation,
        "activation_known": checkpoint.activation_known,
        "doubt": checkpoint.doubt,
        "batch_norm": model.batch_norm,
        "dropout": model.dropout,
        "outputs": checkpoint.outputs,
        "parameters": sum(weight.numel() for weight in parameters_of(checkpoint.model).values()),
        "tensors": [
            _tensor(name, tensor, checkpoint.dtypes[name])
            for name, tensor in checkpoint.model.items()
        ],
        "epoch": checkpoint.epoch,
        "step": checkpoint.step,
        "loss": checkpoint.loss,
        "optimizer": None if optimizer is None else optimizer_name(optimizer),
        "normalisation_named": checkpoint.normalisation_named,
        "settings": None if checkpoint.config is None else checkpoint.config.to_json(),
        "suggested": suggest(checkpoint).to_json(),
        "data": None if data is None else {**data, "classes": list(data["classes"])},
        "versions": dict(checkpoint.versions),
        "resumable": checkpoint.state is not None,
        "exact": checkpoint.form == "full",
        "missing": _missing(checkpoint),
        "assumed": list(checkpoint.assumed),
        "warnings": list(checkpoint.warnings),
    }


def _form(checkpoint: Checkpoint) -> str:
    """What the file holds, in words that a page can translate."""
    optimizer = checkpoint.optimizer is not None or checkpoint.problem is not None
    if checkpoint.form == "weights" and not checkpoint.pickled:
        return N_("state dict alone")
    return _FORMS.get(checkpoint.form) or _PARTS[checkpoint.pickled, optimizer]


def _architecture(checkpoint: Checkpoint) -> str:
    """In words: "784 → 128 → 64 → 10, relu, batch norm"."""
    model = checkpoint.model_config
    parts = [" → ".join(map(str, (PIXELS, *model.hidden, checkpoint.outputs)))]
    if model.hidden:
        parts.append(_activation(checkpoint))
    if model.batch_norm:
        parts.append("batch norm")
    if model.dropout:
        parts.append(f"dropout {model.dropout:g}")
    return ", ".join(parts)


def _activation(checkpoint: Checkpoint) -> str:
    if checkpoint.doubt is not None:
        return str(checkpoint.doubt.values["found"])
    activation = checkpoint.model_config.activation
    return activation if checkpoint.activation_known else f"{activation} (assumed)"


def _tensor(name: str, tensor: Tensor, dtype: str) -> dict[str, Any]:
    """Shape, range and Euclidean norm; `dtype` is that of the file."""
    squares = sum(float(piece.double().square().sum()) for piece in pieces(tensor))
    low, high = (bound.item() for bound in tensor.aminmax())
    return {
        "name": name,
        "shape": list(tensor.shape),
        "dtype": dtype,
        "min": low,
        "max": high,
        "norm": math.sqrt(squares),
    }


def _missing(checkpoint: Checkpoint) -> list[MlcoreError]:
    """What a file of this form does not hold; first how far training can continue from it."""
    missing: list[MlcoreError] = []
    if checkpoint.problem is not None:
        missing.append(
            Notice(
                "Its optimizer cannot be continued: a new training can start from its weights, "
                "with an optimizer of your choice."
            )
        )
    elif checkpoint.optimizer is None:
        missing.append(
            Notice(
                "It holds no optimizer state: a new training can start from its weights, with a "
                "new optimizer."
            )
        )
    elif checkpoint.form != "full":
        missing.append(
            Notice("It cannot be resumed exactly: it holds no random state and no batch order.")
        )
    if checkpoint.config is None:
        missing.append(Notice("It holds no settings."))
    if checkpoint.data is None:
        missing.append(Notice("It does not say on what data set it was trained."))
    return missing
