"""Checkpoints: what they hold, writing them, and reading files that nobody should trust.

The names here load torch when first used; the modules that check a file before its numbers are
read (`source`, `zipcheck`, `scan`, `safetensors_header`, `containers`, `forms`, `infer`) need
none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlcore.checkpoint.format import Checkpoint
    from mlcore.checkpoint.inspection import describe, inspect
    from mlcore.checkpoint.optimizer_state import optimizer_name
    from mlcore.checkpoint.read import build_model, load
    from mlcore.checkpoint.suggest import suggest_config
    from mlcore.checkpoint.write import save, save_safetensors, save_weights

__all__ = [
    "Checkpoint",
    "build_model",
    "describe",
    "inspect",
    "load",
    "optimizer_name",
    "save",
    "save_safetensors",
    "save_weights",
    "suggest_config",
]

_HOMES = {
    "Checkpoint": "format",
    "build_model": "read",
    "describe": "inspection",
    "inspect": "inspection",
    "load": "read",
    "optimizer_name": "optimizer_state",
    "save": "write",
    "save_safetensors": "write",
    "save_weights": "write",
    "suggest_config": "suggest",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
