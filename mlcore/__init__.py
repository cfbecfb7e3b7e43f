"""mlcore: train, evaluate and keep small neural networks, headless.

Importing this package does not import torch: a name that needs it loads it when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.errors import MlcoreError
from mlcore.presets import PRESETS
from mlcore.summary import summarize

if TYPE_CHECKING:
    from mlcore.checkpoint import load as load_checkpoint
    from mlcore.checkpoint import save as save_checkpoint
    from mlcore.checkpoint import save_weights
    from mlcore.evaluation import evaluate
    from mlcore.model import MLP
    from mlcore.runs import RunStore
    from mlcore.trainer import Trainer, load_data, train

__all__ = [
    "MLP",
    "PRESETS",
    "DataConfig",
    "MlcoreError",
    "ModelConfig",
    "OptimConfig",
    "RunConfig",
    "RunStore",
    "TrainConfig",
    "Trainer",
    "evaluate",
    "load_checkpoint",
    "load_data",
    "save_checkpoint",
    "save_weights",
    "summarize",
    "train",
]

__version__ = "0.1.0"

_LAZY = {
    "MLP": ("mlcore.model", "MLP"),
    "RunStore": ("mlcore.runs", "RunStore"),
    "Trainer": ("mlcore.trainer", "Trainer"),
    "describe": ("mlcore.summary", "summarize"),  # its name in earlier versions
    "evaluate": ("mlcore.evaluation", "evaluate"),
    "load_checkpoint": ("mlcore.checkpoint", "load"),
    "load_data": ("mlcore.trainer", "load_data"),
    "save_checkpoint": ("mlcore.checkpoint", "save"),
    "save_weights": ("mlcore.checkpoint", "save_weights"),
    "train": ("mlcore.trainer", "train"),
}
"""Public name → module that has it, and its name there."""


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = _LAZY[name]
    value = getattr(importlib.import_module(module), there)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Every public name, loaded or not."""
    return sorted({*globals(), *__all__})
