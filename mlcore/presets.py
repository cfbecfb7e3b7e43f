"""Named settings to start from. No torch."""

from __future__ import annotations

import types
from collections.abc import Mapping

from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig

__all__ = ["PAGE_PRESET", "PRESETS", "preset_of"]

PRESETS: Mapping[str, RunConfig] = types.MappingProxyType(
    {
        "Quick start": RunConfig(data=DataConfig(validation=5_000)),
        "Quick start, exact": RunConfig(),
        "Fast 98 %": RunConfig(
            data=DataConfig(batch_size=256),
            model=ModelConfig(batch_norm=True),
            optim=OptimConfig(
                name="adamw", lr=0.01, weight_decay=0.1, schedule="one_cycle", warmup=0.25
            ),
            train=TrainConfig(epochs=6),
        ),
        "Adam": RunConfig(
            data=DataConfig(validation=5_000), optim=OptimConfig(name="adam", lr=0.001)
        ),
        "Softmax regression": RunConfig(
            data=DataConfig(validation=5_000),
            model=ModelConfig(hidden=()),
            optim=OptimConfig(lr=0.05),
        ),
        "Offline digits": RunConfig(
            data=DataConfig(name="digits", batch_size=32, validation=200),
            optim=OptimConfig(name="adam", lr=0.003),
            train=TrainConfig(epochs=30),
        ),
    }
)
"""Name → settings. The first is what the page starts with."""

PAGE_PRESET = "Quick start"


def preset_of(config: RunConfig) -> str | None:
    """The name of the preset that equals `config`, or None."""
    return next((name for name, preset in PRESETS.items() if preset == config), None)
