"""Checkpoints: what they hold, writing them, and reading files that nobody should trust.

The names here load torch when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlcore.checkpoint.format import Checkpoint
    from mlcore.checkpoint.inspection import inspect
    from mlcore.checkpoint.optimizer_state import optimizer_name
    from mlcore.checkpoint.read import build_model, load
    from mlcore.checkpoint.write import save, save_safetensors, save_weights

__all__ = [
    "Checkpoint",
    "build_model",
    "inspect",
    "load",
    "optimizer_name",
    "save",
    "save_safetensors",
    "save_weights",
]

_HOMES = {
    "Checkpoint": "format",
    "build_model": "read",
    "inspect": "inspection",
    "load": "read",
    "optimizer_name": "optimizer_state",
    "save": "write",
    "save_safetensors": "write",
    "save_weights": "write",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
