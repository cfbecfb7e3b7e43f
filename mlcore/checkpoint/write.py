"""Writing checkpoints: made in memory, then written whole or not at all."""

from __future__ import annotations

import errno
import io
import json
import os
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint.format import DATA_KEYS, FORMAT, FORMAT_VERSION, METADATA_KEY, Checkpoint
from mlcore.errors import CheckpointError
from mlcore.files import atomic_file

__all__ = ["about", "save", "save_safetensors", "save_weights", "versions", "write_bytes"]

Target = str | os.PathLike[str]
_ON_TOP = ("model", "optimizer", "config", "epoch", "step", "loss")


def save(path: Target, snapshot: Mapping[str, Any], data: Mapping[str, Any] | None) -> None:
    """Write a full checkpoint, from which training continues exactly.

    Args:
        path: the file; an existing one is replaced at the end, in one step.
        snapshot: what `Trainer.snapshot()` gave.
        data: name, fingerprint, mean, std and classes of the data set.

    Raises:
        CheckpointError: it cannot be written; an existing file is untouched.
    """
    write_bytes(path, _pickled(full_tree(snapshot, data)))


def save_weights(path: Target, model: Mapping[str, Tensor]) -> None:
    """Write a state dict alone: `net.load_state_dict(torch.load(path))` reads it.

    Raises:
        CheckpointError: it cannot be written; an existing file is untouched.
    """
    write_bytes(path, _pickled(_own(dict(model))))


def save_safetensors(path: Target, checkpoint: Checkpoint) -> None:
    """Write a model as safetensors, its settings and data set as JSON in the metadata.

    Raises:
        CheckpointError: it cannot be written; an existing file is untouched.
    """
    from safetensors.torch import save as to_bytes

    text = {"format": "pt", METADATA_KEY: about(checkpoint)}
    write_bytes(path, to_bytes(_own(dict(checkpoint.model)), metadata=text))


def about(checkpoint: Checkpoint) -> str:
    """What travels beside a model's weights as JSON: settings, data set, versions, progress."""
    stated = {
        "config": checkpoint.config.to_json() if checkpoint.config else None,
        "data": _data(checkpoint.data),
        "versions": dict(checkpoint.versions),
        "epoch": checkpoint.epoch,
        "step": checkpoint.step,
        "loss": checkpoint.loss,
    }
    return json.dumps(stated, allow_nan=False, separators=(",", ":"))


def full_tree(snapshot: Mapping[str, Any], data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The dictionary of a full file: plain values, and tensors that own their numbers."""
    tree: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "model_state_dict": dict(snapshot["model"]),
        "optimizer_state_dict": snapshot["optimizer"],
        "epoch": int(snapshot["epoch"]),
        "step": int(snapshot["step"]),
        "loss": float(snapshot["loss"]),  # a NumPy scalar would make the file unreadable
        "config": snapshot["config"],
        "data": _data(data),
        "versions": versions(),
        "trainer": {key: value for key, value in snapshot.items() if key not in _ON_TOP},
    }
    return {key: _own(value) for key, value in tree.items()}


def versions() -> dict[str, str]:
    """Versions of Python, torch and mlcore."""
    try:
        own = metadata.version("mlcore")
    except metadata.PackageNotFoundError:
        own = "unknown"
    return {"python": platform.python_version(), "torch": str(torch.__version__), "mlcore": own}


def write_bytes(path: Target, data: bytes | memoryview) -> None:
    """Put these bytes into a file, in one step that survives a crash.

    Raises:
        CheckpointError: no room, no permission, no folder; an existing file is untouched.
    """
    path = Path(path)
    try:
        with atomic_file(path, sync=True) as (file, _):
            file.write(data)
    except OSError as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: Path, error: OSError) -> CheckpointError:
    """What is said of a file that cannot be written, with what to do about it."""
    values = {"path": path, "reason": error.strerror or str(error), "folder": path.parent}
    if not path.parent.is_dir():
        return CheckpointError(
            "The checkpoint {path} cannot be written: there is no folder {folder}; make it, or "
            "choose another folder.",
            **values,
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return CheckpointError(
            "The checkpoint {path} cannot be written: {reason}; "
            "make room or choose another folder (an existing file is untouched).",
            **values,
        )
    return CheckpointError(
        "The checkpoint {path} cannot be written: {reason}; "
        "choose another file or folder (an existing file is untouched).",
        **values,
    )


def _pickled(tree: Any) -> memoryview:
    buffer = io.BytesIO()
    torch.save(tree, buffer)
    return buffer.getbuffer()


def _own(value: Any) -> Any:
    """Plain containers, and tensors on the CPU that are no view of a larger storage."""
    if isinstance(value, Tensor):
        tensor = value.detach().cpu().contiguous()
        whole = tensor.untyped_storage().nbytes() == tensor.numel() * tensor.itemsize
        return tensor if whole else tensor.clone()
    if isinstance(value, Mapping):
        return {key: _own(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_own(item) for item in value)
    if isinstance(value, list):
        return [_own(item) for item in value]
    return value


def _data(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if data is None:
        return None
    return {key: data[key] for key in DATA_KEYS} | {
        "classes": [str(name) for name in data["classes"]],
        "mean": float(data["mean"]),
        "std": float(data["std"]),
    }
